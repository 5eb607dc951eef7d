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
ended-expired-next = Llámenos para recibir un enlace nuevo o para pagar por teléfono.
ended-withdrawn-title = Este enlace ya no es necesario
ended-withdrawn-text = Fue reemplazado o retirado. Abrirlo no le ha generado ningún cargo.
ended-withdrawn-next = Si tiene un mensaje más reciente de nosotros, use el enlace de ese mensaje o llámenos.
ended-paid-title = Ya está pagado
ended-paid-text = No queda nada por pagar con este enlace. Gracias.
ended-paid-next = Llámenos si necesita un recibo.
ended-processing-title = Hay un pago en camino
ended-processing-text = Desde una cuenta bancaria tarda unos días hábiles. No tiene que hacer nada.
ended-processing-next = Por favor, no vuelva a pagar.
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
