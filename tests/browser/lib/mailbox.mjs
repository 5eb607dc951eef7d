import { until } from './until.mjs';

/// The stack's mailbox.
export class Mailbox {
  constructor(stack) {
    this.url = `${stack.mailbox}/api/messages`;
  }

  /// What was sent to an address, newest first.
  async to(address) {
    const answer = await fetch(`${this.url}?to=${encodeURIComponent(address)}`);
    return answer.json();
  }

  /// The newest mail to an address, once there are so many.
  async arrived(address, count = 1) {
    const mails = await until(`${count} mails`, async () => {
      const mails = await this.to(address);
      return mails.length >= count && mails;
    });
    return mails[0];
  }
}

/// The payment link in a mail.
export function linkIn(mail) {
  const [link] = mail.text.match(/http\S+\/pay\/\S+/);
  return link;
}

export function tokenOf(link) {
  return new URL(link).pathname.split('/').pop();
}
