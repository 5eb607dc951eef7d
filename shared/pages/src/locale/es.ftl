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
renew-title = Revise su correo electrónico
renew-text = Si aún queda algo por pagar, { $practice } acaba de enviar un enlace nuevo al correo electrónico registrado.
renew-next = Puede tardar unos minutos. Si no le llega nada, llámenos: es posible que no tengamos su dirección actual.
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

## Putting a method on file

method-saved-title = Su forma de pago está guardada
method-thanks = Gracias
method-saved-text = Su forma de pago está guardada. No se le ha cobrado nada.
method-saved-deposits = Una cuenta bancaria que se verifica con pequeños depósitos queda guardada cuando usted los confirma.
method-saved-next = Puede cerrar esta página.
method-left-title = No se guardó nada
method-left-text = Salió antes de que se guardara una forma de pago. No se le ha cobrado nada.
method-left-next = Para intentarlo de nuevo, use la página que le abrió su consultorio o pídales una nueva.
