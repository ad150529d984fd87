//! `what_if()`: the library's counterfactuals, row by row.

use arrow::array::{Array, AsArray};
use arrow::datatypes::Float64Type;
use etiology::intervention::{Intervention, InterventionConfig};
use etiology_datafusion::Functions;

use crate::retail_shop::TARGET;
use crate::{assert_refused, context, listed, requests, rows_of, shop};

#[tokio::test]
async fn what_would_have_been_is_that_of_the_library() {
    let (functions, model) = (Functions::new(), shop());
    functions.models().insert("shop", model.clone());
    let (batch, data) = requests(20);
    let context = context(2, &functions);
    context.register_batch("requests", batch).unwrap();
    let api = "\"API\"";
    for (text, intervention) in [
        ("API=0.1", Intervention::new().set("API", 0.1)),
        (
            "[\"Caching Service*=0.5\", \"API+=0.2\"]",
            Intervention::new().scale("Caching Service", 0.5).shift("API", 0.2),
        ),
    ] {
        let query = format!(
            "SELECT id, {api}, what_if('shop', '{TARGET}', '{text}'{}) AS would FROM requests ORDER BY id",
            listed(&data)
        );
        let found = rows_of(&context, &query).await.unwrap();
        let would = found.column(2).as_struct();
        let [values, std_devs] =
            ["value", "std_dev"].map(|name| would.column_by_name(name).unwrap().as_primitive::<Float64Type>());
        for row in 0..20 {
            let expected = model
                .counterfactual_row(&data.row(row).unwrap(), &intervention, &InterventionConfig::default())
                .unwrap();
            let expected = expected.node(TARGET).unwrap();
            assert_eq!(values.value(row).to_bits(), expected.value.unwrap().value.to_bits(), "{text}, row {row}");
            assert_eq!(std_devs.value(row).to_bits(), expected.std_dev.to_bits());
        }
        assert_eq!(would.column_by_name("error").unwrap().null_count(), 20);
    }
    let columns = listed(&data);
    for (call, expected) in [
        (format!("what_if('shop', '{TARGET}', 'Kasse=1'{columns})"), "Kasse"),
        (format!("what_if('shop', 'Webseite', 'API=1'{columns})"), "Webseite"),
        (format!("what_if('shop', '{TARGET}', 'API'{columns})"), "as in db=0.1"),
        (format!("what_if('shop', '{TARGET}', '[1]'{columns})"), "expected ["),
        (format!("what_if('shop', '{TARGET}', {api}{columns})"), "must be a literal"),
    ] {
        assert_refused(&context, &call, expected).await;
    }
}
