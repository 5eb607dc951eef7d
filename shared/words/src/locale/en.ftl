## Every page

money = { $sign }{ $whole }.{ $cents }
money-thousands = ,
date = { $month ->
    [1] January
    [2] February
    [3] March
    [4] April
    [5] May
    [6] June
    [7] July
    [8] August
    [9] September
    [10] October
    [11] November
   *[12] December
} { $day }, { $year }
frame-questions = Questions? Call { $practice } at

## A link that leads nowhere, or no more

unknown-title = This link does not work
unknown-check = Please check that you copied the whole address from your message.
unknown-call = If it still does not work, call your practice: they can send you a new one. No money has moved.
ended-call = Call { $phone }
ended-expired-title = This link has expired
ended-expired-text = Payment links are good for a limited time. Nothing was charged by opening it.
ended-expired-next = We can send a new link to the email address that we have on file, or you can call us.
ended-replaced-title = There is a newer link
ended-replaced-text = This link was replaced by a newer one. Nothing was charged by opening it.
ended-replaced-next = Use the link in your latest message from us, or have it sent to you again.
ended-withdrawn-title = This link is no longer needed
ended-withdrawn-text = It was withdrawn. Nothing was charged by opening it.
ended-withdrawn-next = If you think that you still owe something, please call us.
ended-paid-title = This is paid
ended-paid-text = There is nothing left to pay by this link. Thank you.
ended-paid-next = Call us if you need a receipt.
ended-processing-title = A payment is on its way
ended-processing-text = From a bank account it takes a few business days. You don’t have to do anything.
ended-processing-next = Please do not pay again.
renew-button = Send me a new link
renew-title = Please check your messages
renew-text = If there is still something to pay, { $practice } has just sent a new link to the email address on file, or else, from 8 in the morning to 9 in the evening, to the mobile number.
renew-next = It can take a few minutes. If nothing comes, please call us: we may not have your current address or number.
trouble-title = That did not work
trouble-text = Something on our side failed for a moment.
trouble-money = No money has moved.
trouble-next = Please wait a minute, then open the link in your message again.

## Paying

pay-title = Pay { $practice }
pay-hello = Hello { $name }
pay-owed = You owe
pay-to = to { $practice }
pay-button = Pay { $amount }
part-title = Pay a part of it
part-amount = Amount to pay now
part-hint = At least { $least }. The rest stays due, and this link stays good for it.
part-button = Pay this amount
part-unreadable = We could not read that amount. Please write it in digits, such as 25 or 25.50.
part-whole-alone = Only the whole amount of { $owed } can be paid here. Please press Pay, or call us.
part-too-much = That is more than you owe. The most you can pay is { $owed }.
part-too-little = That is less than can be paid here. The least is { $least }.
keep-consent = Keep what I pay with for next time. I agree that { $practice } keeps this card or bank account and charges it for bills that I owe, after telling me. I can remove it in the patient portal at any time.
keep-unreadable = We could not read whether to keep your card or account. Nothing was paid or kept. Please choose again and press Pay.
keep-not-identified = We keep a card or account only once we know who you are. Please answer the question below, then tick the box again. You can also pay without keeping it.
keep-too-many = You have as many cards and accounts on file as we can keep. Nothing was paid. Please remove one in the patient portal, or pay without keeping this one.
pay-how = By card or bank account, on our payment processor’s secure page. No account needed. We never see your card number.
pay-good-until = This link is good until { $date }.
pay-try-again = We could not open the payment page. No money has moved. Please press Pay again in a minute.
identity-title = What is it for?
identity-why = To protect your privacy, tell us first that it is you.
identity-birth-date = Patient’s date of birth
identity-postal-code = Patient’s postal code
identity-show = Show the details
identity-unreadable = That cannot be read. Please fill in the field below.
identity-wrong = { $left ->
    [0] That does not match our records. Please call us, or try again in an hour.
    [one] That does not match our records. You can try once more.
   *[other] That does not match our records. You can try { $left } more times.
}
identity-too-many = That was tried too often. Please call us, or try again in an hour. You can still pay.
bill-title = What it is for
bill-due = due { $date }
bill-table = What { $number } bills
bill-service = Service
bill-amount = Amount
bill-adjustments = Adjustments
bill-paid = Paid before
bill-left = Left to pay

## After paying

receipt-paid-title = Thank you
receipt-paid-text = We received your payment. You can keep or print this page as your receipt.
receipt-paid-to = Paid to
receipt-amount = Amount
receipt-on = On
receipt-number = Payment
receipt-credit = Kept as your credit
receipt-pdf = Receipt as a PDF
receipt-kept = The card or account that you paid with is kept for next time.
receipt-kept-where = See or remove it in the patient portal
receipt-debit-title = Your bank payment is on its way
receipt-debit-text = A payment of { $amount } from your bank account was started. It takes a few business days.
receipt-debit-next = You don’t have to do anything more. Please do not pay again.
receipt-confirming-title = Confirming your payment
receipt-confirming-text = The payment processor is confirming your payment of { $amount }. This page updates by itself.
receipt-confirming-next = You can close it: please do not pay again.
receipt-slow-title = This is taking longer than usual
receipt-slow-text = We have not heard from the payment processor about your payment of { $amount } yet. It is not lost.
receipt-slow-next = Please do not pay again. Look at this page later: once the payment is confirmed, your receipt is here. If it is not here tomorrow, please call us.
receipt-unpaid-title = You have not paid yet
receipt-unpaid-continue = No money has moved. You can go on where you left off.
receipt-unpaid-button = Continue to pay { $amount }
receipt-unpaid-text = No money has moved. Open the link in your message to pay.
receipt-failed-title = The payment did not go through
receipt-failed-text = Your bank refused the payment of { $amount }. No money was taken.
receipt-failed-next = Open the link in your message to try again, perhaps with another card or account.
receipt-returned-title = Your bank took the payment back
receipt-returned-text = Your bank took back the payment of { $amount } after it had arrived, so what it had paid was owed again.
receipt-returned-next = If you have not paid it since, please call us: we can send you a new link to pay in another way.
decline-reason = The reason: { $reason }
decline-insufficient-funds = there was not enough money in the account.
decline-card-expired = the card has expired.
decline-wrong-security-code = the card’s security code was wrong.
decline-wrong-number = the number of the card or account was wrong.
decline-try-again = the bank could not process it at that moment. It may work later.
decline-confirmation-needed = the bank wanted you to confirm the payment.
decline-limit-reached = the card’s limit is reached.
decline-not-supported = the card does not allow this kind of payment.
decline-account-closed = the bank account has been closed.
decline-no-account = the bank could not find the account.
decline-not-authorized = the bank was told that this payment was not permitted.
decline-account-restricted = the bank account does not allow this kind of payment.
decline-no-reason = the bank did not tell us. It can tell you more if you call it.

## Putting a method on file

method-saved-title = Your payment method is on file
method-thanks = Thank you
method-saved-text = Your payment method is on file. Nothing was charged.
method-saved-deposits = A bank account that is verified by small deposits is on file once you have confirmed them.
method-saved-next = You can close this page.
method-left-title = Nothing was kept
method-left-text = You left before a payment method was put on file. Nothing was charged.
method-left-next = To try again, use the page that your practice opened for you, or ask them for a new one.

## Mails

mail-hello = Hello { $name },
mail-balance-subject = You have a balance with { $practice }
mail-balance = There is a balance on your account.
mail-pay = See it and pay online, without an account:
mail-pay-button = See it and pay now
mail-reminder-subject = A reminder of your balance with { $practice }
mail-reminder = This is a reminder that there is a balance on your account.
mail-request-subject = { $practice } asks you for a payment
mail-request = We ask you for a payment.
mail-new-link-subject = Your new link from { $practice }
mail-new-link = You asked for a new link to your balance. If you did not, you can ignore this message.
mail-receipt-subject = Your receipt from { $practice }
mail-receipt = We received your payment. Thank you.
mail-receipt-see = See or print your receipt:
mail-receipt-button = See your receipt
mail-instalment-subject = Your next payment to { $practice }
mail-instalment = The next payment of your payment plan will be charged on { $date }. You need not do anything.
mail-instalment-refused-subject = Your payment to { $practice } did not go through
mail-instalment-refused = The last payment of your payment plan did not go through. No money moved. We will try again on { $date }. Please see that it can be charged then, or call us.
mail-instalment-blocked-subject = Your next payment to { $practice } cannot be charged
mail-instalment-blocked = The next payment of your payment plan is due on { $date }, and the card or bank account that it is charged to can no longer be charged. Please call us before that day, so that your plan goes on.
mail-plan = See your payment plan:
mail-plan-button = See your payment plan
mail-portal = Or log in to see all your bills and receipts:
mail-portal-link = Or log in
mail-questions = Questions? Call us at { $phone }.
mail-code-subject = Your code for { $practice }: { $code }
mail-code = This is your code to sign in. It is good for { $minutes } minutes, in the browser where you asked for it.
mail-code-never = We will never ask you for it. If you did not ask for a code, you need not do anything.

## Texts

text-code = { $code } is your code to sign in to { $practice }. It is good for { $minutes } minutes. We will never ask you for it.

text-balance = { $practice }: Hello { $name }, there is a balance on your account. See it and pay: { $link }
text-reminder = { $practice }: Hello { $name }, this is a reminder of the balance on your account. See it and pay: { $link }
text-request = { $practice }: Hello { $name }, we ask you for a payment. See it and pay: { $link }
text-new-link = { $practice }: This is the new link that you asked for: { $link }
text-step = { $practice }: Hello { $name }, { $message } See it and pay: { $link }
text-receipt = { $practice }: We received your payment. Thank you. Your receipt: { $link }
text-instalment = { $practice }: The next payment of your payment plan will be charged on { $date }. See it: { $link }
text-instalment-refused = { $practice }: The last payment of your payment plan did not go through; no money moved. We will try again on { $date }. See it: { $link }
text-instalment-blocked = { $practice }: The next payment of your payment plan is due on { $date }, and its card or bank account can no longer be charged. Please call us before that day. See it: { $link }
text-stop = Reply STOP to end texts.
text-stopped = { $practice }: you will get no more texts from us. Questions: { $phone }. Text START to get them again.
text-started = { $practice }: you will get texts about your bills again. Text STOP to end them. Questions: { $phone }.
text-help = { $practice }: texts about your bills. Questions: call { $phone }. Text STOP to end them. Message and data rates may apply.

## The portal: signing in

portal-sign-in-title = See your bills
portal-sign-in-text = Enter the email address or mobile number that we have on file. We will send it a code.
portal-sign-in-why = There is no password. If nothing arrives, your details may have changed: call us.
portal-contact = Email address or mobile number
portal-send-code = Send me a code
portal-no-contact = That is neither an email address nor a phone number. Please check it.
portal-too-many = There were too many tries. Please wait an hour, or call us.
portal-left = You are signed out.
portal-code-title = Enter your code
portal-code-text = If what you entered is on file with us, a code is on its way. It is good for { $minutes } minutes, in this browser.
portal-code = Code of six digits
portal-code-wrong = { $left ->
    [one] That is not the code. You can try once more.
   *[other] That is not the code. You can try { $left } more times.
}
portal-code-over = That code is not good any more. Please ask for a new one.
portal-code-again = Send another code
portal-enter = Sign in

## The portal: signed in

portal-ways = Your account
portal-bills = Bills
portal-bills-of = { $name }’s bills
portal-history = Payments
portal-methods = Cards and accounts
portal-messages = Messages
portal-sign-out = Sign out
portal-nothing-owed = Nothing is owed.
portal-credit = { $amount } of credit. Call us to have it used or returned.
portal-pay-chosen = Pay the chosen bills
portal-none-chosen = Choose at least one bill to pay.
portal-coming = A payment of this bill is on its way.
portal-details = Details of { $number }
portal-all-bills = All bills
portal-overdue = Overdue
portal-partially-paid = Partly paid
portal-paid = Paid
portal-unpaid = Unpaid
portal-written-off = No longer owed
portal-in-collections = With a collection agency
portal-payment-of = Payment { $number }, { $date }
portal-taken-back = Payment { $number } taken back, { $date }
portal-history-none = Nothing was paid yet.
portal-payment = Payment
portal-refund = Refund
portal-dispute = Taken back by the bank
portal-pending = not final yet
portal-receipt = Receipt of { $number }
portal-receipt-pdf = Receipt of { $number } as a PDF
portal-by-cash = cash
portal-by-check = check
portal-by-terminal = card at the practice
portal-online = online
portal-on-file = card or account on file
portal-methods-of = For { $name }’s bills
portal-no-method = Nothing is on file.
portal-method = { $kind } ending in { $last4 }
portal-method-expires = Good until { $month }.
portal-method-default = Charged unless you say otherwise.
portal-method-unusable = It cannot be charged any more.
portal-method-make-default = Charge { $method } first
portal-method-remove = Remove { $method }
portal-method-saved = Thank you. It may take a minute until it is shown here.
portal-method-consent = I agree that { $practice } keeps this card or bank account and charges it for bills that I owe, after telling me. I can remove it here at any time.
portal-plan = Payment plan
portal-plan-how = These amounts are charged to your card or account on file on these days. You can pay earlier below.
portal-plan-paid = { $date }: { $amount }, paid
portal-plan-due = { $date }: { $amount }
portal-autopay = Autopay
portal-autopay-on = Autopay is on
portal-autopay-start = Turn autopay on
portal-autopay-stop = Turn autopay off
portal-autopay-consent = I agree that { $practice } charges what I owe to my card or bank account that is charged first, on the day on which each bill is due. The amount and the day are on each bill. I can turn this off here at any time.
portal-other-method = Another card or account
portal-add-method = Add a card or bank account
portal-email-to = Email about bills to { $address }
portal-texts-to = Texts about bills to { $number }
portal-texts-stopped = You asked us to stop texts to this number. To get them again, text START to the number that they came from.
portal-texts-held = No texts go to this number at the moment. Call us if it is right.
portal-email-held = Mail to this address came back, or was reported as unwanted, so none goes there. Call us if it is right.
portal-texts-consent = I agree to get text messages from { $practice } about my bills at this number. How many depends on my bills. Message and data rates may apply. I can end this here or by replying STOP. My care does not depend on it.
portal-language = Language of messages
portal-save = Save
portal-saved = Saved.
portal-contact-wrong = An address or number is wrong? Call us.

## The portal: what did not go

portal-nothing-title = There is nothing here
portal-nothing-text = Please check the address, or start from your practice’s first page.
portal-refused-title = That did not go
portal-refused-text = This page was open for too long, or a bill has changed meanwhile. No money has moved. Please go back, load the page again, and try once more.
portal-trouble-next = Please wait a minute, then try again.
