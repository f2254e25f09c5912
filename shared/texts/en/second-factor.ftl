# The second factor of an account: a code of an app beside the password, and recovery codes. The same on both services.

factor-title = Two-step verification
factor-what = Besides the password, logging in takes a code that changes every 30 seconds. An app on your phone shows it.
factor-owed = Administrators have to use two-step verification. Turn it on to go on.
factor-install = Install an app for codes on your phone (Aegis, Google Authenticator, Microsoft Authenticator or another).
factor-scan = Scan this code with the app.
factor-qr = QR code for the app
factor-type = If you cannot scan it, type this key:
factor-open-app = Open on this phone
factor-confirm = Type the code it shows, and your password.
factor-code = Code of the app
factor-code-or-recovery = Code of the app, or a recovery code
factor-turn-on = Turn on
factor-on = On
factor-since = since { $day }
factor-codes-left =
    { $count ->
        [0] You have no recovery code left: ask for others.
        [one] You have one recovery code left.
       *[other] You have { $count } recovery codes left.
    }
factor-new-codes = Give me other recovery codes
factor-turn-off = Turn off
factor-turned-off = Two-step verification is off; the other sessions have ended.
factor-ends-others = Either of the two ends the other sessions of your account.
factor-codes-title = Your recovery codes
factor-codes-once = Keep them now: they are not shown again.
factor-codes-what = If you lose your phone, each of them works once in the place of a code of the app. With these, the ones before stop working.
factor-codes-kept = I have kept them
factor-step-title = One more step
factor-step-hint = The six digits that the app shows now, or one of your recovery codes.
factor-step-again = Begin again with the password
factor-other-title = Take two-step verification away
factor-other-what = For somebody who lost the phone and the recovery codes. Before you take it away, make sure that they are who they say. Their sessions end.
factor-other-remove = Take two-step verification away
factor-other-removed = That account has no two-step verification any more; its sessions have ended.

problem-second-factor = Two-step verification is missing
refusal-factor-needed = The password is right. The code of the two-step verification is missing: send it as "codigo".
refusal-factor-wrong = The code is not right, or was used before.
refusal-factor-over = That took too long. Log in again with your password.
refusal-factor-owed = Administrators have to turn two-step verification on before they go on.
refusal-factor-there = The account has two-step verification already.
refusal-factor-not-there = There is no such account with two-step verification.
refusal-factor-own = You turn off that of your own account with your password and a code.
error-factor-code = is not the code of this moment, or was used before: each works once
error-factor-offer = the key has expired: scan the present one
