# The second factor of an account: a code of an app beside the password, and recovery codes. The same on both services.

factor-title = Verificación en dos pasos
factor-what = Además de la contraseña, para ingresar se pide un código que cambia cada 30 segundos. Lo muestra una aplicación en tu teléfono.
factor-owed = La administración tiene que usar la verificación en dos pasos. Activala para seguir.
factor-install = Instalá en tu teléfono una aplicación de códigos (Aegis, Google Authenticator, Microsoft Authenticator u otra).
factor-scan = Escaneá este código con la aplicación.
factor-qr = Código QR para la aplicación
factor-type = Si no podés escanearlo, escribí esta clave:
factor-open-app = Abrir en este teléfono
factor-confirm = Escribí el código que muestra y tu contraseña.
factor-code = Código de la aplicación
factor-code-or-recovery = Código de la aplicación, o uno de recuperación
factor-turn-on = Activar
factor-on = Activada
factor-since = desde el { $day }
factor-codes-left =
    { $count ->
        [0] No te queda ningún código de recuperación: pedí otros.
        [one] Te queda un código de recuperación.
       *[other] Te quedan { $count } códigos de recuperación.
    }
factor-new-codes = Dame otros códigos de recuperación
factor-turn-off = Desactivar
factor-turned-off = La verificación en dos pasos quedó desactivada; las otras sesiones terminaron.
factor-ends-others = Con cualquiera de las dos cosas terminan las otras sesiones de tu cuenta.
factor-codes-title = Tus códigos de recuperación
factor-codes-once = Guardalos ahora: no se vuelven a mostrar.
factor-codes-what = Si perdés el teléfono, cada uno sirve una vez en lugar del código de la aplicación. Con estos, los anteriores dejan de servir.
factor-codes-kept = Ya los guardé
factor-step-title = Falta un paso
factor-step-hint = Los seis números que muestra la aplicación ahora, o uno de tus códigos de recuperación.
factor-step-again = Empezar de nuevo con la contraseña
factor-other-title = Sacar la verificación en dos pasos
factor-other-what = Para quien perdió el teléfono y los códigos de recuperación. Antes de sacarla, comprobá que sea quien dice ser. Sus sesiones terminan.
factor-other-remove = Sacar la verificación en dos pasos
factor-other-removed = Esa cuenta ya no tiene verificación en dos pasos; sus sesiones terminaron.

problem-second-factor = Falta la verificación en dos pasos
refusal-factor-needed = La contraseña es correcta. Falta el código de la verificación en dos pasos: mandalo en «codigo».
refusal-factor-wrong = El código no es correcto, o ya se usó.
refusal-factor-over = Pasó demasiado tiempo. Ingresá de nuevo con tu contraseña.
refusal-factor-owed = La administración tiene que activar la verificación en dos pasos antes de seguir.
refusal-factor-there = La cuenta ya tiene la verificación en dos pasos.
refusal-factor-not-there = No hay una cuenta así con verificación en dos pasos.
refusal-factor-own = La de tu cuenta se desactiva con tu contraseña y un código.
error-factor-code = no es el código de este momento, o ya se usó: cada uno sirve una sola vez
error-factor-offer = la clave venció: escaneá la de ahora
