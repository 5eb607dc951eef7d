## Every page

money = { $sign }{ $whole }.{ $cents }
money-thousands = ,
date = { $day } de { $month ->
    [1] enero
    [2] febrero
    [3] marzo
    [4] abril
    [5] mayo
    [6] junio
    [7] julio
    [8] agosto
    [9] septiembre
    [10] octubre
    [11] noviembre
   *[12] diciembre
} de { $year }
frame-questions = ¿Tiene preguntas? Llame a { $practice } al

## A link that leads nowhere, or no more

unknown-title = Este enlace no funciona
unknown-check = Compruebe que haya copiado la dirección completa de su mensaje.
unknown-call = Si aún no funciona, llame a su consultorio médico: pueden enviarle uno nuevo. No se ha movido ningún dinero.
ended-call = Llamar al { $phone }
ended-expired-title = Este enlace ha vencido
ended-expired-text = Los enlaces de pago sirven por tiempo limitado. Abrirlo no le ha generado ningún cargo.
ended-expired-next = Podemos enviar un enlace nuevo al correo electrónico que tenemos registrado, o puede llamarnos.
ended-replaced-title = Hay un enlace más reciente
ended-replaced-text = Este enlace fue reemplazado por uno más reciente. Abrirlo no le ha generado ningún cargo.
ended-replaced-next = Use el enlace de nuestro último mensaje o pida que se lo enviemos de nuevo.
ended-withdrawn-title = Este enlace ya no es necesario
ended-withdrawn-text = Fue retirado. Abrirlo no le ha generado ningún cargo.
ended-withdrawn-next = Si cree que aún debe algo, por favor llámenos.
ended-paid-title = Ya está pagado
ended-paid-text = No queda nada por pagar con este enlace. Gracias.
ended-paid-next = Llámenos si necesita un recibo.
ended-processing-title = Hay un pago en camino
ended-processing-text = Desde una cuenta bancaria tarda unos días hábiles. No tiene que hacer nada.
ended-processing-next = Por favor, no vuelva a pagar.
renew-button = Envíenme un enlace nuevo
renew-title = Revise sus mensajes
renew-text = Si aún queda algo por pagar, { $practice } acaba de enviar un enlace nuevo al correo electrónico registrado o, si no lo hay, de 8 de la mañana a 9 de la noche, al número de celular.
renew-next = Puede tardar unos minutos. Si no le llega nada, llámenos: es posible que no tengamos su dirección o número actual.
trouble-title = Algo no funcionó
trouble-text = Algo falló por un momento de nuestra parte.
trouble-money = No se ha movido ningún dinero.
trouble-next = Espere un minuto y vuelva a abrir el enlace de su mensaje.

## Paying

pay-title = Pagar a { $practice }
pay-hello = Hola, { $name }
pay-owed = Usted debe
pay-to = a { $practice }
pay-button = Pagar { $amount }
part-title = Pagar una parte
part-amount = Importe que desea pagar ahora
part-hint = { $least } como mínimo. El resto queda pendiente y este enlace sigue sirviendo para pagarlo.
part-button = Pagar este importe
part-unreadable = No pudimos leer ese importe. Escríbalo en cifras, por ejemplo 25 o 25.50.
part-whole-alone = Aquí solo se puede pagar el importe completo de { $owed }. Pulse Pagar o llámenos.
part-too-much = Eso es más de lo que debe. Lo máximo que puede pagar es { $owed }.
part-too-little = Eso es menos de lo que se puede pagar aquí. El mínimo es { $least }.
keep-consent = Guardar para la próxima vez lo que use para pagar. Acepto que { $practice } guarde esta tarjeta o cuenta bancaria y le cobre las facturas que yo deba, después de avisarme. Puedo quitarla en el portal del paciente en cualquier momento.
keep-unreadable = No pudimos leer si desea guardar su tarjeta o cuenta. No se ha pagado ni guardado nada. Elija de nuevo y pulse Pagar.
keep-not-identified = Solo guardamos una tarjeta o cuenta cuando sabemos quién es usted. Responda a la pregunta de abajo y vuelva a marcar la casilla. También puede pagar sin guardarla.
keep-too-many = Ya tiene guardadas todas las tarjetas y cuentas que podemos guardar. No se ha pagado nada. Quite una en el portal del paciente o pague sin guardar esta.
pay-how = Con tarjeta o cuenta bancaria, en la página segura de nuestro procesador de pagos. No necesita tener una cuenta con nosotros. Nunca vemos el número de su tarjeta.
pay-good-until = Este enlace es válido hasta el { $date }.
pay-try-again = No pudimos abrir la página de pago. No se ha movido ningún dinero. Vuelva a pulsar Pagar en un minuto.
identity-title = ¿De qué es este cobro?
identity-why = Para proteger su privacidad, confírmenos primero que es usted.
identity-birth-date = Fecha de nacimiento del paciente
identity-postal-code = Código postal del paciente
identity-show = Mostrar los detalles
identity-unreadable = No podemos leer esa respuesta. Por favor, complete el campo de abajo.
identity-wrong = { $left ->
    [0] Eso no coincide con nuestros registros. Llámenos o vuelva a intentarlo dentro de una hora.
    [one] Eso no coincide con nuestros registros. Puede intentarlo una vez más.
   *[other] Eso no coincide con nuestros registros. Puede intentarlo { $left } veces más.
}
identity-too-many = Se ha intentado demasiadas veces. Llámenos o vuelva a intentarlo dentro de una hora. Aun así puede pagar.
bill-title = De qué es este cobro
bill-due = vence el { $date }
bill-table = Lo que se cobra en { $number }
bill-service = Servicio
bill-amount = Importe
bill-adjustments = Ajustes
bill-paid = Pagado antes
bill-left = Falta por pagar

## After paying

receipt-paid-title = Gracias
receipt-paid-text = Recibimos su pago. Puede guardar o imprimir esta página como recibo.
receipt-paid-to = Pagado a
receipt-amount = Importe
receipt-on = Fecha
receipt-number = Pago
receipt-credit = Queda como saldo a su favor
receipt-pdf = Recibo en PDF (en inglés)
receipt-kept = La tarjeta o cuenta con la que pagó queda guardada para la próxima vez.
receipt-kept-where = Verla o quitarla en el portal del paciente
receipt-debit-title = Su pago bancario está en camino
receipt-debit-text = Se inició un pago de { $amount } desde su cuenta bancaria. Tarda unos días hábiles.
receipt-debit-next = No tiene que hacer nada más. Por favor, no vuelva a pagar.
receipt-confirming-title = Estamos confirmando su pago
receipt-confirming-text = El procesador de pagos está confirmando su pago de { $amount }. Esta página se actualiza sola.
receipt-confirming-next = Puede cerrarla; por favor, no vuelva a pagar.
receipt-slow-title = Está tardando más de lo habitual
receipt-slow-text = Aún no tenemos noticias del procesador de pagos sobre su pago de { $amount }. No se ha perdido.
receipt-slow-next = Por favor, no vuelva a pagar. Consulte esta página más tarde: cuando se confirme el pago, aquí estará su recibo. Si mañana aún no está, llámenos.
receipt-unpaid-title = Aún no ha pagado
receipt-unpaid-continue = No se ha movido ningún dinero. Puede continuar donde lo dejó.
receipt-unpaid-button = Continuar y pagar { $amount }
receipt-unpaid-text = No se ha movido ningún dinero. Para pagar, abra el enlace de su mensaje.
receipt-failed-title = El pago no se realizó
receipt-failed-text = Su banco rechazó el pago de { $amount }. No se le cobró nada.
receipt-failed-next = Abra el enlace de su mensaje para intentarlo de nuevo, quizás con otra tarjeta o cuenta.
receipt-returned-title = Su banco retiró el pago
receipt-returned-text = Su banco retiró el pago de { $amount } después de que lo recibiéramos, y lo que se había pagado con él volvió a quedar pendiente.
receipt-returned-next = Si no lo ha pagado desde entonces, llámenos: podemos enviarle un enlace nuevo para pagar de otra manera.
decline-reason = El motivo: { $reason }
decline-insufficient-funds = no había dinero suficiente en la cuenta.
decline-card-expired = la tarjeta está vencida.
decline-wrong-security-code = el código de seguridad de la tarjeta no era correcto.
decline-wrong-number = el número de la tarjeta o cuenta no era correcto.
decline-try-again = el banco no pudo procesarlo en ese momento. Quizás funcione más tarde.
decline-confirmation-needed = el banco quería que usted confirmara el pago.
decline-limit-reached = se alcanzó el límite de la tarjeta.
decline-not-supported = la tarjeta no admite este tipo de pago.
decline-account-closed = la cuenta bancaria está cerrada.
decline-no-account = el banco no encontró la cuenta.
decline-not-authorized = se le dijo al banco que este pago no estaba permitido.
decline-account-restricted = la cuenta bancaria no admite este tipo de pago.
decline-no-reason = el banco no nos lo dijo. Puede darle más información si usted lo llama.

## Putting a method on file

method-saved-title = Su forma de pago está guardada
method-thanks = Gracias
method-saved-text = Su forma de pago está guardada. No se le ha cobrado nada.
method-saved-deposits = Una cuenta bancaria que se verifica con pequeños depósitos queda guardada cuando usted los confirma.
method-saved-next = Puede cerrar esta página.
method-left-title = No se guardó nada
method-left-text = Salió antes de que se guardara una forma de pago. No se le ha cobrado nada.
method-left-next = Para intentarlo de nuevo, use la página que le abrió su consultorio o pídales una nueva.

## Mails

mail-hello = Hola, { $name }:
mail-balance-subject = Tiene un saldo pendiente con { $practice }
mail-balance = Hay un saldo pendiente en su cuenta.
mail-pay = Véalo y pague en línea, sin crear una cuenta:
mail-pay-button = Ver y pagar ahora
mail-reminder-subject = Recordatorio de su saldo con { $practice }
mail-reminder = Le recordamos que hay un saldo pendiente en su cuenta.
mail-request-subject = { $practice } le solicita un pago
mail-request = Le solicitamos un pago.
mail-new-link-subject = Su nuevo enlace de { $practice }
mail-new-link = Usted pidió un enlace nuevo para ver su saldo. Si no lo pidió, puede ignorar este mensaje.
mail-receipt-subject = Su recibo de { $practice }
mail-receipt = Recibimos su pago. Gracias.
mail-receipt-see = Vea o imprima su recibo:
mail-receipt-button = Ver su recibo
mail-instalment-subject = Su próximo pago a { $practice }
mail-instalment = El próximo pago de su plan de pagos se cobrará el { $date }. No tiene que hacer nada.
mail-instalment-refused-subject = No se realizó su pago a { $practice }
mail-instalment-refused = No se realizó el último pago de su plan de pagos. No se le ha cobrado nada. Lo intentaremos de nuevo el { $date }. Asegúrese de que se pueda cobrar ese día o llámenos.
mail-instalment-blocked-subject = No se podrá cobrar su próximo pago a { $practice }
mail-instalment-blocked = El próximo pago de su plan de pagos vence el { $date }, y ya no se puede cobrar a la tarjeta o cuenta bancaria del plan. Llámenos antes de ese día para que su plan continúe.
mail-plan = Vea su plan de pagos:
mail-plan-button = Ver su plan de pagos
mail-portal = O inicie sesión para ver todas sus cuentas y recibos:
mail-portal-link = O inicie sesión
mail-questions = ¿Tiene preguntas? Llámenos al { $phone }.
mail-code-subject = Su código para { $practice }: { $code }
mail-code = Este es su código para iniciar sesión. Es válido por { $minutes } minutos, en el navegador donde lo pidió.
mail-code-never = Nunca se lo pediremos. Si usted no pidió un código, no tiene que hacer nada.

## Texts

text-code = { $code } es su código para iniciar sesión en { $practice }. Es válido por { $minutes } minutos. Nunca se lo pediremos.

text-balance = { $practice }: Hola, { $name }: hay un saldo pendiente en su cuenta. Véalo y pague: { $link }
text-reminder = { $practice }: Hola, { $name }: le recordamos que hay un saldo pendiente en su cuenta. Véalo y pague: { $link }
text-request = { $practice }: Hola, { $name }: le solicitamos un pago. Véalo y pague: { $link }
text-new-link = { $practice }: Este es el enlace nuevo que usted pidió: { $link }
text-step = { $practice }: Hola, { $name }: { $message } Véalo y pague: { $link }
text-receipt = { $practice }: Recibimos su pago. Gracias. Su recibo: { $link }
text-instalment = { $practice }: El próximo pago de su plan de pagos se cobrará el { $date }. Véalo: { $link }
text-instalment-refused = { $practice }: No se realizó el último pago de su plan de pagos; no se le ha cobrado nada. Lo intentaremos de nuevo el { $date }. Véalo: { $link }
text-instalment-blocked = { $practice }: El próximo pago de su plan de pagos vence el { $date }, y ya no se puede cobrar a su tarjeta o cuenta bancaria. Llámenos antes de ese día. Véalo: { $link }
text-stop = Responda STOP para no recibir más mensajes.
text-stopped = { $practice }: no recibirá más mensajes de texto nuestros. Preguntas: { $phone }. Envíe START para volver a recibirlos.
text-started = { $practice }: volverá a recibir mensajes de texto sobre sus facturas. Envíe STOP para no recibirlos. Preguntas: { $phone }.
text-help = { $practice }: mensajes de texto sobre sus facturas. Preguntas: llame al { $phone }. Envíe STOP para no recibirlos. Pueden aplicarse tarifas de mensajes y datos.

## The portal: signing in

portal-sign-in-title = Vea sus facturas
portal-sign-in-text = Escriba el correo electrónico o el número de celular que tenemos registrado. Le enviaremos un código.
portal-sign-in-why = No hay contraseña. Si no llega nada, quizá sus datos hayan cambiado: llámenos.
portal-contact = Correo electrónico o número de celular
portal-send-code = Envíeme un código
portal-no-contact = Eso no es un correo electrónico ni un número de teléfono. Por favor revíselo.
portal-too-many = Hubo demasiados intentos. Espere una hora, por favor, o llámenos.
portal-left = Usted ha salido.
portal-code-title = Escriba su código
portal-code-text = Si lo que escribió está registrado con nosotros, un código está en camino. Vale por { $minutes } minutos, en este navegador.
portal-code = Código de seis dígitos
portal-code-wrong = { $left ->
    [one] Ese no es el código. Puede intentarlo una vez más.
   *[other] Ese no es el código. Puede intentarlo { $left } veces más.
}
portal-code-over = Ese código ya no vale. Por favor pida uno nuevo.
portal-code-again = Enviar otro código
portal-enter = Entrar

## The portal: signed in

portal-ways = Su cuenta
portal-bills = Facturas
portal-bills-of = Facturas de { $name }
portal-history = Pagos
portal-methods = Tarjetas y cuentas
portal-messages = Mensajes
portal-sign-out = Salir
portal-nothing-owed = No se debe nada.
portal-credit = { $amount } a su favor. Llámenos para usarlo o recibirlo.
portal-pay-chosen = Pagar las facturas elegidas
portal-none-chosen = Elija al menos una factura para pagar.
portal-coming = Un pago de esta factura está en camino.
portal-details = Detalles de { $number }
portal-all-bills = Todas las facturas
portal-overdue = Vencida
portal-partially-paid = Pagada en parte
portal-paid = Pagada
portal-unpaid = Sin pagar
portal-written-off = Ya no se debe
portal-in-collections = Con una agencia de cobros
portal-payment-of = Pago { $number }, { $date }
portal-taken-back = Pago { $number } retirado, { $date }
portal-history-none = Todavía no se ha pagado nada.
portal-payment = Pago
portal-refund = Reembolso
portal-dispute = Retirado por el banco
portal-pending = aún no definitivo
portal-receipt = Recibo de { $number }
portal-receipt-pdf = Recibo de { $number } en PDF (en inglés)
portal-by-cash = efectivo
portal-by-check = cheque
portal-by-terminal = tarjeta en el consultorio
portal-online = en línea
portal-on-file = tarjeta o cuenta registrada
portal-methods-of = Para las facturas de { $name }
portal-no-method = No hay nada registrado.
portal-method = { $kind } terminada en { $last4 }
portal-method-expires = Vale hasta { $month }.
portal-method-default = Se cobra de esta si usted no dice otra cosa.
portal-method-unusable = Ya no se le puede cobrar.
portal-method-make-default = Cobrar primero de { $method }
portal-method-remove = Quitar { $method }
portal-method-saved = Gracias. Puede tardar un minuto en aparecer aquí.
portal-method-consent = Acepto que { $practice } guarde esta tarjeta o cuenta bancaria y le cobre las facturas que yo deba, después de avisarme. Puedo quitarla aquí en cualquier momento.
portal-plan = Plan de pagos
portal-plan-how = Estos importes se cobran en estos días de su tarjeta o cuenta guardada. Puede pagar antes aquí abajo.
portal-plan-paid = { $date }: { $amount }, pagado
portal-plan-due = { $date }: { $amount }
portal-autopay = Pago automático
portal-autopay-on = El pago automático está activado
portal-autopay-start = Activar el pago automático
portal-autopay-stop = Desactivar el pago automático
portal-autopay-consent = Acepto que { $practice } cobre lo que yo deba de mi tarjeta o cuenta de la que se cobra primero, el día en que venza cada factura. El importe y el día están en cada factura. Puedo desactivarlo aquí en cualquier momento.
portal-other-method = Otra tarjeta o cuenta
portal-add-method = Añadir una tarjeta o cuenta bancaria
portal-email-to = Correo sobre facturas a { $address }
portal-texts-to = Mensajes de texto sobre facturas al { $number }
portal-texts-stopped = Usted nos pidió no enviar mensajes de texto a este número. Para volver a recibirlos, envíe START al número del que llegaron.
portal-texts-held = Por ahora no se envían mensajes de texto a este número. Llámenos si es correcto.
portal-email-held = El correo a esta dirección fue devuelto o marcado como no deseado, por lo que no se envía nada allí. Llámenos si es correcta.
portal-texts-consent = Acepto recibir mensajes de texto de { $practice } sobre mis facturas en este número. La cantidad depende de mis facturas. Pueden aplicarse cargos por mensajes y datos. Puedo terminarlos aquí o respondiendo STOP. Mi atención no depende de ello.
portal-language = Idioma de los mensajes
portal-save = Guardar
portal-saved = Guardado.
portal-contact-wrong = ¿Una dirección o un número está mal? Llámenos.

## The portal: what did not go

portal-nothing-title = Aquí no hay nada
portal-nothing-text = Por favor revise la dirección, o empiece en la primera página de su consultorio.
portal-refused-title = No se pudo hacer
portal-refused-text = Esta página estuvo abierta demasiado tiempo, o una factura ha cambiado mientras tanto. No se movió dinero. Por favor vuelva atrás, cargue la página de nuevo e inténtelo otra vez.
portal-trouble-next = Por favor espere un minuto e inténtelo de nuevo.
