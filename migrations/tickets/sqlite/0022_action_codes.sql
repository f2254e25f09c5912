-- What was done to a ticket is stored as a code; until now it was the word that the API says. A word that is none of these is left
-- as it is.
UPDATE events SET action = CASE action
    WHEN 'recibido' THEN 'received'
    WHEN 'tomado' THEN 'taken_over'
    WHEN 'asignado' THEN 'assigned'
    WHEN 'asignado automáticamente' THEN 'assigned_by_itself'
    WHEN 'reasignado' THEN 'reassigned'
    WHEN 'reasignado automáticamente' THEN 'reassigned_by_itself'
    WHEN 'desasignado' THEN 'unassigned'
    WHEN 'oferta vencida' THEN 'offer_expired'
    WHEN 'aceptado' THEN 'accepted'
    WHEN 'rechazado' THEN 'rejected'
    WHEN 'vuelto a pendiente' THEN 'made_pending'
    WHEN 'en camino' THEN 'started'
    WHEN 'entregado' THEN 'delivered'
    WHEN 'fallido' THEN 'failed'
    WHEN 'devuelto' THEN 'returned'
    WHEN 'cancelado' THEN 'cancelled'
    WHEN 'cancelado por la tienda' THEN 'cancelled_by_shop'
    WHEN 'editado' THEN 'edited'
    WHEN 'deshacer' THEN 'undone'
    ELSE action END;
