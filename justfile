# The list of recipes
default:
    @{{just_executable()}} --list --unsorted

# All tests
test:
    cargo test

# Format and lints, as strict as .ci/run
lint:
    cargo fmt --all --check
    cargo clippy --all-targets -- -D warnings
    cargo clippy --all-targets --features traces,tracing,parquet -- -D warnings

# The documentation, with warnings as errors
doc:
    RUSTDOCFLAGS="-D warnings" cargo doc --no-deps

# Fuzzes one parser; needs a nightly toolchain and cargo-fuzz. `just fuzz traces 600`
fuzz target seconds="60":
    mkdir -p fuzz/corpus/{{target}}
    cargo +nightly fuzz run {{target}} fuzz/corpus/{{target}} tests/hostile/corpus/{{target}} -- \
        -max_total_time={{seconds}} -rss_limit_mb=1536 -malloc_limit_mb=256 -timeout=10

# As many damaged inputs as you like for every parser, without a fuzzer
hostile inputs="150000" seed="1":
    HOSTILE_INPUTS={{inputs}} HOSTILE_INPUTS_SEED={{seed}} \
        cargo test --release --features traces --test hostile -- --nocapture

# The public interface, listed anew in docs/api.txt; needs a nightly toolchain and Python
api:
    cargo +nightly rustdoc --lib --features traces,tracing,parquet -- -Z unstable-options --output-format json
    python3 .ci/public_api.py target/doc/etiology.json >docs/api.txt

# Every example, the last one on the files that the first one writes
examples:
    cargo run --release --example online_shop -- --write-csv target/shop
    cargo run --release --example custom_mechanism
    cargo run --release --example nonlinear_faults
    cargo run --release --example saved_model
    cargo run --release --example service_latency -- \
        --normal target/shop/normal.csv --events target/shop/slow_requests.csv \
        --calls target/shop/calls.csv --target Website

# Benchmarks, some minutes; `just bench one_event` runs one group
bench *filter:
    cargo bench --bench attribution -- {{filter}}
    python3 benches/criterion_table.py

# Times of the other questions, some minutes; `just bench-questions change` runs one group
bench-questions *filter:
    cargo bench --bench questions -- {{filter}}
    python3 benches/criterion_table.py

# Instructions per event, some minutes; needs valgrind. `just instructions shop_default` counts one case
instructions *cases:
    benches/instructions.sh {{cases}}

# How errors fall with the number of samples, a quarter of an hour; `just convergence --case squares` runs one case
convergence *options:
    cargo bench --bench convergence -- {{options}}

# Lints and tests with least squares through LAPACK; needs libopenblas-dev and pkg-config
openblas:
    cargo clippy --all-targets --features openblas-system -- -D warnings
    OPENBLAS_NUM_THREADS=1 cargo test --features openblas-system

# The comparison with DoWhy, some minutes; needs Python 3.11. `just dowhy --model fan_out --region upper` passes options on
dowhy *options:
    python3.11 benches/dowhy/compare.py {{options}}

# Everything that must hold before a change is merged
ci:
    .ci/run
