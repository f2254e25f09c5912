//! What the security log of insights has after each thing that it tells of.

use belgrano_runtime::{fetch_scalar, on_both_engines};

use super::house::{Caller, House};

on_both_engines! {
    async fn who_comes_in_who_is_refused_and_what_is_taken_out_is_told(database) {
        const TOLD: &str = "SELECT kind FROM security_log ORDER BY id";
        const PARTICULARS: &str = "SELECT particulars FROM security_log ORDER BY id";
        const REFUSED: &str = "SELECT account_id FROM security_log WHERE kind = 'rechazo'";
        let house = House::start(database).await;
        let (analyst, id) = house.account("analista", None).await;
        assert_eq!(house.log_in("analista@example.com", "no es esa").await.err(), Some(401));
        assert_eq!(house.get(&analyst, "/api/usuarios").await.0, 403);
        assert_eq!(house.status(&analyst, "GET", "/api/export/csv").await, 200);
        assert_eq!(house.get(&Caller::Key("no es una llave"), "/api/export/csv").await.0, 401);
        house.app.security.flush(&house.app.writer, false).await.expect("written");
        let page = house.text(&house.admin().await, "/seguridad?tipo=ingreso-fallido").await;
        assert!(page.contains("Ingreso fallido") && page.contains("analista (#"), "{page}");
        assert_eq!(house.page(&analyst, "/seguridad").await.0, 403);
        let mut session = house.app.db.read().await.expect("a connection");
        let told = fetch_scalar!(all, session, String, TOLD).expect("entries");
        let expected = [
            "cuenta-nueva", "ingreso", "cuenta-nueva", "ingreso", "ingreso-fallido", "rechazo", "exportacion", "llave-rechazada", "ingreso",
        ];
        assert_eq!(told, expected);
        assert_eq!(fetch_scalar!(one, session, i64, REFUSED).expect("an entry"), id);
        let particulars = fetch_scalar!(all, session, String, PARTICULARS).expect("entries").join(" ");
        for secret in ["analista@example.com", "no es esa", "jacaranda", "no es una llave"] {
            assert!(!particulars.contains(secret), "{secret} in {particulars}");
        }
    }
}
