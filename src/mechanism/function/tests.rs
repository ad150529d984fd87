use super::*;

fn linear(intercept: f64, coefficients: &[f64]) -> ParentFunction {
    ParentFunction::Linear(LinearFunction { intercept, coefficients: coefficients.to_vec() })
}

fn groups(sizes: &[usize]) -> ParentFunction {
    ParentFunction::SumOfMaxima(SumOfMaxima::try_from(sizes.to_vec()).unwrap())
}

/// ln-linear in one parent.
fn power() -> ParentFunction {
    let (logarithms, _) = Logarithms::fit("node", ndarray::array![[1.0], [2.0]].view()).unwrap();
    ParentFunction::LogParents(LogParents::new(logarithms, linear(0.5, &[2.0])))
}

#[test]
fn slopes_are_those_of_parents_that_are_added() {
    assert_eq!(linear(1.0, &[0.5, -2.0]).slope(1, 2), Some(-2.0));
    assert_eq!(linear(1.0, &[0.5, -2.0]).slope(2, 2), None);
    assert_eq!(ParentFunction::Maximum.slope(0, 1), Some(1.0));
    assert_eq!(ParentFunction::Maximum.slope(0, 2), None);
    assert_eq!([0, 1, 2].map(|place| groups(&[2, 1]).slope(place, 3)), [None, None, Some(1.0)]);
    let rounded = ParentFunction::Rounded(Box::new(linear(0.0, &[1.0])));
    for function in [power(), rounded, ParentFunction::formula(|parents| parents[0])] {
        assert_eq!(function.slope(0, 1), None, "{function:?}");
        assert_eq!(function.as_linear(1), None, "{function:?}");
    }
}

#[test]
fn a_function_is_linear_as_a_whole_if_every_parent_is_added() {
    let ones = |parents| Some(LinearFunction { intercept: 0.0, coefficients: vec![1.0; parents] });
    assert_eq!(ParentFunction::Maximum.as_linear(1), ones(1));
    assert_eq!(groups(&[1, 1]).as_linear(2), ones(2));
    assert_eq!(groups(&[1, 2]).as_linear(3), None);
    let function = LinearFunction { intercept: 3.0, coefficients: vec![0.5] };
    assert_eq!(linear(3.0, &[0.5]).as_linear(1), Some(function));
    // Not of that many parents.
    for (function, parents) in [(linear(3.0, &[0.5]), 2), (ParentFunction::Maximum, 0), (groups(&[1]), 2)] {
        assert_eq!(function.as_linear(parents), None, "{function:?}");
    }
}

#[test]
fn functions_are_written_with_the_names_of_their_parents() {
    let names = Names::new(&["www", "db"]);
    let rounded = ParentFunction::Rounded(Box::new(linear(0.25, &[2.0, 1.0])));
    for (function, by_name, by_place) in [
        (linear(0.012, &[1.003, -1.0]), "0.012 + 1.003·www - db", "0.012 + 1.003·parent0 - parent1"),
        (ParentFunction::Maximum, "max(www, db)", "max(parents)"),
        (groups(&[1, 1]), "www + db", "parent0 + parent1"),
        (power(), "0.5 + 2·ln(www)", "0.5 + 2·ln(parent0)"),
        (rounded, "round(0.25 + 2·www + db)", "round(0.25 + 2·parent0 + parent1)"),
        (ParentFunction::formula(|parents| parents[0]), "formula(www, db)", "formula(parents)"),
    ] {
        assert_eq!(function.describe(&names), by_name);
        assert_eq!(function.to_string(), by_place);
    }
}

#[test]
fn damage_is_found_on_loading() {
    let function = |json: &str| serde_json::from_str::<ParentFunction>(json).map(|_| ()).unwrap_err().to_string();
    for (json, complaint) in [
        (r#"{"Linear":{"intercept":null,"coefficients":[]}}"#, "null"),
        (r#"{"Formula":null}"#, "unknown variant `Formula`"),
        (
            r#"{"Polynomial":{"intercept":0,"ranges":[],"terms":[{"coefficient":1,"factors":[0]}]}}"#,
            "one of its parents",
        ),
        (
            r#"{"Polynomial":{"intercept":0,"ranges":[{"centre":0,"scale":0,"low":0,"high":1}],"terms":[]}}"#,
            "scale of a parent",
        ),
        (
            r#"{"Polynomial":{"intercept":0,"ranges":[{"centre":0,"scale":1,"low":2,"high":1}],"terms":[]}}"#,
            "lower end",
        ),
        (
            r#"{"Trees":{"linear":{"intercept":0,"coefficients":[1]},"trees":[{"parents":[1],"thresholds":[0],"leaves":[0,1]}]}}"#,
            "splits on",
        ),
        (
            r#"{"Trees":{"linear":{"intercept":0,"coefficients":[1]},"trees":[{"parents":[],"thresholds":[],"leaves":[0,1]}]}}"#,
            "number of parents of a saved tree",
        ),
        (
            r#"{"Trees":{"linear":{"intercept":0,"coefficients":[1]},"trees":[{"parents":[0,0],"thresholds":[0,0],"leaves":[0,1,2]}]}}"#,
            "power of two",
        ),
        (
            r#"{"Trees":{"linear":{"intercept":0,"coefficients":[]},"trees":[{"parents":[],"thresholds":[],"leaves":[]}]}}"#,
            "power of two",
        ),
        (r#"{"LogParents":{"edges":[0],"function":"Maximum"}}"#, "above 0"),
        (r#"{"SumOfMaxima":[2,0]}"#, "size of a group"),
        (r#"{"SumOfMaxima":[18446744073709551615,1]}"#, "size of a group"),
        (
            r#"{"LogParents":{"edges":[1,1],"function":{"Linear":{"intercept":0,"coefficients":[1]}}}}"#,
            "the same in all",
        ),
    ] {
        let error = function(json);
        assert!(error.contains(complaint), "{json}: {error}");
    }
}
