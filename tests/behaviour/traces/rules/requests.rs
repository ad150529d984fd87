//! Which requests become rows, and what services are called.

use etiology::traces::{TraceConfig, Traces};

/// A line of OTLP: each span is (namespace, service, version, operation, identifier, parent or 0, start, end), in milliseconds.
type Line<'a> = &'a [(&'a str, &'a str, &'a str, &'a str, u64, u64, u64, u64)];

fn line(trace: usize, spans: Line) -> String {
    let resources = spans.iter().map(|(namespace, service, version, operation, id, parent, start, end)| {
        let attribute = |key: &str, value: &str| format!("{{\"key\":\"{key}\",\"value\":{{\"stringValue\":\"{value}\"}}}}");
        let attributes = [
            attribute("service.name", service),
            attribute("service.namespace", namespace),
            attribute("service.version", version),
            attribute("service.instance.id", &format!("pod-{}", trace % 2)),
        ];
        let parent = if *parent > 0 { format!("{parent:016x}") } else { String::new() };
        format!(
            "{{\"resource\":{{\"attributes\":[{}]}},\"scopeSpans\":[{{\"spans\":[{{\"traceId\":\"{trace:032x}\",\"spanId\":\"{id:016x}\",\
             \"parentSpanId\":\"{parent}\",\"kind\":2,\"name\":\"{operation}\",\"startTimeUnixNano\":\"{}\",\"endTimeUnixNano\":\"{}\"}}]}}]}}",
            attributes.join(","),
            start * 1_000_000,
            end * 1_000_000
        )
    });
    format!("{{\"resourceSpans\":[{}]}}\n", resources.collect::<Vec<_>>().join(","))
}

fn read(text: &str, config: &TraceConfig) -> Traces {
    Traces::from_reader(text.as_bytes(), config).unwrap_or_else(|error| panic!("{error}"))
}

fn shop() -> String {
    let mut text = String::new();
    for trace in 0..40 {
        let took = 20 + trace as u64 % 3;
        text += &match trace % 4 {
            0 => line(
                trace + 1,
                &[("", "web", "1", "POST /checkout", 1, 0, 0, 300), ("", "api", "1", "buy", 2, 1, 10, 200)],
            ),
            1 => line(trace + 1, &[("", "cron", "1", "nightly", 1, 0, 0, 90), ("", "api", "2", "clean", 2, 1, 10, 60)]),
            _ => line(trace + 1, &[("", "web", "1", "GET /", 1, 0, 0, took)]),
        };
    }
    text
}

#[test]
fn requests_are_chosen_by_operation_entry_and_any_service_called() {
    let rows = |config: TraceConfig| read(&shop(), &config).latencies().rows();
    let all = TraceConfig::default;
    assert_eq!(rows(all()), 40);
    assert_eq!(rows(all().with_operation("GET /")), 20);
    assert_eq!(rows(all().with_root_service("web")), 30);
    assert_eq!(rows(all().with_called_service("api")), 20);
    assert_eq!(rows(all().with_called_service("api").with_root_service("cron")), 10);
    let api = read(&shop(), &all().with_called_service("api"));
    assert!(api.latencies().column("api").unwrap().iter().all(|seconds| *seconds > 0.0));
    for (config, fragments) in [
        (
            all().with_operation("GET /nowhere"),
            ["whose root is called `GET /nowhere`", "`GET /`, `POST /checkout`, `nightly`"],
        ),
        (all().with_called_service("nobody"), ["that call `nobody`", "`web`, `api`, `cron`"]),
        (all().with_root_service("api"), ["that begin in `api`", "`web`, `api`, `cron`"]),
    ] {
        let error = Traces::from_reader(shop().as_bytes(), &config).unwrap_err().to_string();
        assert!(fragments.iter().all(|fragment| error.contains(fragment)), "{error}");
    }
}

#[test]
fn a_mixture_of_fast_and_slow_kinds_of_request_is_a_finding() {
    let mixed = read(&shop(), &TraceConfig::default().with_called_service("web"));
    let list: Vec<_> =
        mixed.operations().iter().map(|kind| (kind.operation.as_str(), kind.requests, kind.median)).collect();
    assert_eq!(list, [("GET /", 20, Some(0.021)), ("POST /checkout", 10, Some(0.3))]);
    let finding = mixed.mixed_operations().unwrap().to_string();
    assert!(finding.contains("`GET /` of `web` 20 times (median 21.000 ms), `POST /checkout`"), "{finding}");
    // Where one is asked for the others are still listed, but not mixed with it.
    let chosen = read(&shop(), &TraceConfig::default().with_operation("GET /"));
    assert_eq!((chosen.operations().len(), chosen.mixed_operations()), (3, None));
    // The medians are of the service that is asked for; kinds that take about as long are no mixture, nor is a rare one.
    let api = read(&shop(), &TraceConfig::default().with_called_service("api"));
    assert_eq!(api.operations()[1].median, Some(0.05));
    let rare: String = (1..60).map(|trace| line(trace, &[("", "web", "1", "GET /", 1, 0, 0, 20)])).collect();
    let rare = rare + &line(99, &[("", "web", "1", "POST /", 1, 0, 0, 900)]);
    assert_eq!(read(&rare, &TraceConfig::default()).mixed_operations(), None);
    // Names come from strangers.
    let strange = shop().replace("GET /", "GET \\u001b[2J\\u202e");
    let finding = read(&strange, &TraceConfig::default()).mixed_operations().unwrap().to_string();
    assert!(finding.contains("`GET \\u{1b}[2J\\u{202e}`"), "{finding}");
}

#[test]
fn services_are_renamed_and_told_apart_by_namespace_and_keep_their_labels() {
    let renamed = TraceConfig::default().with_renamed("cron", "web").with_renamed("api", "backend");
    let renamed = read(&shop(), &renamed);
    assert_eq!(renamed.latencies().names(), ["web", "backend"]);
    assert_eq!(renamed.causal_graph().parents("web").unwrap(), ["backend"]);
    let backend = renamed.services().iter().find(|labels| labels.service == "backend").unwrap();
    assert_eq!(
        backend.versions.iter().map(|(version, spans)| (version.as_str(), *spans)).collect::<Vec<_>>(),
        [("1", 10), ("2", 10)]
    );
    assert_eq!(backend.instances.values().sum::<u64>(), 20);
    let two = line(
        1,
        &[
            ("shop", "web", "1", "GET /", 1, 0, 0, 50),
            ("shop", "api", "1", "", 2, 1, 10, 30),
            ("bank", "api", "9", "", 3, 2, 12, 20),
        ],
    );
    let apart = read(&two, &TraceConfig::default());
    assert_eq!(apart.latencies().names(), ["web", "shop/api", "bank/api"]);
    assert_eq!(apart.causal_graph().parents("shop/api").unwrap(), ["bank/api"]);
    assert_eq!(apart.services()[2].namespace.as_deref(), Some("bank"));
    assert_eq!(read(&two, &TraceConfig::default().with_called_service("bank/api")).latencies().rows(), 1);
    let one = read(&two, &TraceConfig::default().with_renamed("bank/api", "ledger"));
    assert_eq!(one.latencies().names(), ["web", "api", "ledger"]);
    let blank = TraceConfig::default().with_renamed("a", " ");
    assert!(Traces::from_reader(two.as_bytes(), &blank).unwrap_err().to_string().contains("renamed"));
}
