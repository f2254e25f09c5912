//! `insights stream check`, as an operator runs it: one sentence and an exit code.

use std::process::Output;

use belgrano_stream::testing::NatsServer;
use tokio::process::Command;

use crate::world::World;

/// Runs the check against the made-up shop and board of `world`.
async fn check(world: &World, stream: Option<&str>) -> Output {
    let folder = tempfile::tempdir().expect("a folder");
    let mut command = Command::new(env!("CARGO_BIN_EXE_insights"));
    command.args(["stream", "check"]).env_clear().env("LOG", "error").env("DATA_DIR", folder.path());
    command.envs(world.feeds());
    if let Some(stream) = stream {
        command.env("STREAM_URL", stream);
    }
    let output = command.output().await.expect("insights runs");
    assert!(!folder.path().join("insights.db").exists(), "it changes nothing");
    output
}

fn said(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
    format!("{}{}", text(&output.stdout), text(&output.stderr))
}

#[tokio::test]
async fn the_check_says_in_a_sentence_how_it_is() {
    let world = World::start(&[]).await;
    let mut server = NatsServer::start().await;

    let well = check(&world, Some(&server.url())).await;
    assert!(well.status.success(), "{}", said(&well));
    assert!(said(&well).ends_with("both feeds can be read") && !said(&well).contains('\n'), "{}", said(&well));

    let none = check(&world, None).await;
    assert_eq!(
        (none.status.code(), said(&none)),
        (Some(1), "insights: STREAM_URL is not set: nothing is published".into())
    );

    server.kill();
    let url = server.url().replace("nats://", "nats://ana:s3cret@");
    let away = check(&world, Some(&url)).await;
    let told = said(&away);
    assert!(!away.status.success() && told.contains("cannot be connected to"), "{told}");
    assert!(!told.contains("s3cret") && !told.contains('\n'), "{told}");
    assert!(world.stop().await.success());
}
