//! What customers write, by their stars.

/// What may be said with so many stars.
pub type Words = &'static [&'static str];

pub const OF_PRODUCTS: [Words; 5] = [
    &[
        "Vino en mal estado, lo tuve que tirar.",
        "Malísimo, no lo compro nunca más.",
        "Estaba vencido. Una vergüenza.",
        "Llegó roto y nadie se hizo cargo.",
        "Horrible, tenía feo olor.",
    ],
    &[
        "Bastante flojo para lo que sale.",
        "La mitad estaba golpeada.",
        "Esperaba otra cosa, no me gustó.",
        "Poco fresco, una lástima.",
        "Caro y de mala calidad.",
    ],
    &[
        "Normal, ni fu ni fa.",
        "Cumple, pero hay mejores.",
        "Está bien, aunque un poco caro.",
        "Regular, depende del día.",
    ],
    &[
        "Muy bueno, vuelvo a pedir.",
        "Buena calidad y buen precio.",
        "Rico y fresco.",
        "Llegó bien, tal como lo esperaba.",
        "Muy conforme con la compra.",
    ],
    &[
        "Excelente, el mejor del barrio.",
        "Riquísimo, a los chicos les encanta.",
        "Impecable, siempre fresco.",
        "Me encantó, lo recomiendo.",
        "Perfecto, no puedo pedir más.",
        "Buenísimo, lo compro todas las semanas.",
    ],
];

pub const OF_DELIVERIES: [Words; 5] = [
    &[
        "Tardó una eternidad y llegó todo mojado.",
        "Pésimo, nadie avisó que venía tarde.",
        "Llegó muy tarde y frío, una vergüenza.",
        "Esperé una hora, no pido más.",
    ],
    &[
        "Tarde otra vez.",
        "Se demoró bastante y no atendían el teléfono.",
        "Mala entrega, dejaron la bolsa en la vereda.",
    ],
    &["Un poco tarde, pero llegó.", "Normal.", "Bien, aunque le costó encontrar la casa."],
    &["Rápido y amable.", "Llegó a horario.", "Buena entrega, muy correcto el repartidor."],
    &[
        "Rapidísimo, en diez minutos estaba acá.",
        "Excelente servicio, muy amables.",
        "Impecable, siempre puntuales.",
        "Un genio el repartidor.",
    ],
];

/// What is added with few stars, and with many.
pub const ADDED: [Words; 2] =
    [&["No lo recomiendo.", "Una pena.", "Así pierden clientes."], &["Lo recomiendo.", "Gracias.", "Sigan así."]];
