//! Two models of the retail shop, linear and with mechanisms that were chosen by cross-validation, are fitted and saved in
//! one process, then loaded and asked in fresh ones, with the time that takes. The linear one needs no samples.
//!
//! ```text
//! cargo run --release --example saved_model
//! ```

#[path = "shared/quiet_pipe.rs"]
mod quiet_pipe;
#[path = "shared/retail_shop.rs"]
mod retail_shop;

use std::env;
use std::error::Error;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use etiology::mechanism::AssignmentConfig;
use etiology::{AttributionConfig, FittedModel, StructuralCausalModel};

/// What an attribution may take at first.
const LIMIT: Duration = Duration::from_millis(3);

/// How often each file is loaded by a process of its own.
const PROCESSES: usize = 5;

fn main() -> Result<(), Box<dyn Error>> {
    quiet_pipe::end_with_the_reader();
    match env::args_os().nth(1) {
        Some(saved) => load_and_ask(Path::new(&saved)),
        None => fit_and_save(),
    }
}

fn fit_and_save() -> Result<(), Box<dyn Error>> {
    let normal = retail_shop::normal_requests(1_000, 1)?;
    let unfitted = StructuralCausalModel::new(retail_shop::causal_graph()?);
    let linear = unfitted.clone().assign_mechanisms_with(&normal, &AssignmentConfig::linear())?.fit(&normal)?;
    let chosen = unfitted.assign_mechanisms(&normal)?.fit(&normal)?;
    let folder = env::temp_dir().join(format!("etiology_saved_model_{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    for (name, model) in
        [("linear.json", &linear), ("linear.etiology", &linear), ("chosen.json", &chosen), ("chosen.etiology", &chosen)]
    {
        let path: PathBuf = folder.join(name);
        model.save(&path)?;
        println!("{name}: {} bytes", std::fs::metadata(&path)?.len());
        for _ in 0..PROCESSES {
            if !Command::new(env::current_exe()?).arg(&path).status()?.success() {
                return Err("a process that loads the model failed".into());
            }
        }
    }
    Ok(std::fs::remove_dir_all(&folder)?)
}

fn load_and_ask(saved: &Path) -> Result<(), Box<dyn Error>> {
    let slow = retail_shop::slow_requests(1, 2)?.row(0)?;
    let start = Instant::now();
    let model = FittedModel::load(saved)?;
    let loaded = start.elapsed();
    let attributor = model.attributor(retail_shop::TARGET, AttributionConfig::default())?;
    let quick = attributor.attribute_within(&slow, LIMIT, || ControlFlow::Continue(()))?;
    let (kind, quickly) = (if quick.complete { "complete" } else { "rough" }, start.elapsed());
    println!("  loaded after {:.2} ms, a {kind} attribution after {:.2} ms", millis(loaded), millis(quickly));
    let attribution = attributor.attribute(&slow)?;
    let ranked = attribution.ranked();
    let culprit = ranked.first().map_or("nobody", |first| first.node.as_str());
    let all = start.elapsed();
    println!("    without a time limit {:.2} ms: {culprit}", millis(all - quickly));
    Ok(())
}

fn millis(time: Duration) -> f64 {
    1e3 * time.as_secs_f64()
}
