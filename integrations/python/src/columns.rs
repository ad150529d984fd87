//! Tables, rows and graphs, in whatever form Python has them.

use std::sync::Arc;

use etiology::data::{EventColumn, EventColumns};
use etiology::{CausalGraph, Dataset, Error, Observation};
use numpy::ndarray::Axis;
use numpy::{IntoPyArray, PyArray1, PyArrayMethods, PyReadonlyArray1};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyList, PyType};

use crate::errors::{OrRaise, exception};

static TABLES: PyOnceLock<Py<PyModule>> = PyOnceLock::new();

/// The module that knows the kinds of tables.
fn tables(py: Python<'_>) -> PyResult<&Bound<'_, PyModule>> {
    Ok(TABLES.get_or_try_init(py, || py.import("etiology._tables").map(Bound::unbind))?.bind(py))
}

/// A table: columns of 64-bit floats and of text.
///
/// Whatever takes a table takes a pandas or polars frame, a pyarrow table or a dict of columns as well; a table made once is not copied again.
#[pyclass(name = "Dataset", module = "etiology", frozen)]
#[derive(Debug)]
pub(crate) struct PyDataset {
    pub(crate) data: Arc<Dataset>,
}

#[pymethods]
impl PyDataset {
    #[new]
    fn new(table: &Bound<'_, PyAny>) -> PyResult<Self> {
        Ok(Self { data: dataset(table, None)? })
    }

    /// A table from a CSV file as programs write them: delimiters, decimal commas, units and words for missing values are found out.
    #[staticmethod]
    fn from_csv(py: Python<'_>, path: std::path::PathBuf) -> PyResult<Self> {
        Ok(Self { data: Arc::new(Dataset::from_csv_path(path).or_raise(py)?) })
    }

    /// The names of the columns, in order.
    #[getter]
    fn columns(&self) -> Vec<String> {
        self.data.names().to_vec()
    }

    /// How many rows there are.
    fn __len__(&self) -> usize {
        self.data.rows()
    }

    fn __contains__(&self, column: &str) -> bool {
        self.data.names().iter().any(|name| name == column)
    }

    /// A column: an array of floats, or a list of text with `None` for what is missing.
    fn __getitem__<'py>(&self, py: Python<'py>, column: &str) -> PyResult<Bound<'py, PyAny>> {
        column_of(py, &self.data, column)
    }

    /// The columns by name.
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let columns = PyDict::new(py);
        for name in self.data.names() {
            columns.set_item(name, column_of(py, &self.data, name)?)?;
        }
        Ok(columns)
    }

    /// A data frame of pandas.
    fn to_frame<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        py.import("pandas")?.call_method1("DataFrame", (self.to_dict(py)?,))
    }

    /// The text as which the table is kept: CSV.
    fn to_csv(&self) -> String {
        self.data.to_csv()
    }

    fn __str__(&self) -> String {
        self.data.to_string()
    }

    fn __repr__(&self) -> String {
        format!("Dataset({} rows, {} columns)", self.data.rows(), self.data.columns())
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<(Bound<'py, PyType>, (Bound<'py, PyDict>,))> {
        Ok((py.get_type::<Self>(), (self.to_dict(py)?,)))
    }
}

fn column_of<'py>(py: Python<'py>, data: &Dataset, column: &str) -> PyResult<Bound<'py, PyAny>> {
    if data.levels(column).is_none() {
        return Ok(data.column(column).or_raise(py)?.to_vec().into_pyarray(py).into_any());
    }
    Ok(PyList::new(py, text_of(data, column))?.into_any())
}

/// The cells of a category.
fn text_of(data: &Dataset, column: &str) -> Vec<Option<String>> {
    data.observations().map(|row| row.text(column).map(str::to_owned)).collect()
}

/// One column, borrowed from Python where it can be.
enum Column<'py> {
    Numbers(PyReadonlyArray1<'py, f64>),
    Text(Vec<Option<String>>),
    /// The column at this place of a table of the library.
    Shared(Arc<Dataset>, usize),
}

/// Columns of a table, borrowed from Python where they can be.
pub(crate) struct Columns<'py> {
    names: Vec<String>,
    columns: Vec<Column<'py>>,
}

impl<'py> Columns<'py> {
    /// The columns of a table of any kind; of those with these names alone, if any are named.
    pub(crate) fn of(table: &Bound<'py, PyAny>, wanted: Option<&CausalGraph>) -> PyResult<Self> {
        let py = table.py();
        if let Ok(table) = table.cast::<PyDataset>() {
            return Ok(Self::of_dataset(&table.get().data, wanted));
        }
        if let (Ok(table), Some(graph)) = (table.cast::<PyDict>(), wanted)
            && let Some(columns) = Self::of_arrays(table, graph)?
        {
            return Ok(columns);
        }
        let wanted = wanted.map(|graph| graph.nodes().collect::<Vec<&str>>());
        let pairs = tables(py)?.getattr("columns")?.call1((table, wanted))?;
        let pairs = pairs.cast_into::<PyList>()?;
        let (mut names, mut columns) = (Vec::with_capacity(pairs.len()), Vec::with_capacity(pairs.len()));
        for pair in pairs {
            let (name, column): (String, Bound<'py, PyAny>) = pair.extract()?;
            columns.push(match column.cast::<PyArray1<f64>>() {
                Ok(numbers) => {
                    Column::Numbers(numbers.try_readonly().map_err(|error| PyTypeError::new_err(error.to_string()))?)
                }
                Err(_) => Column::Text(column.extract()?),
            });
            names.push(name);
        }
        Ok(Self { names, columns })
    }

    /// The columns of a dict that has an array of contiguous floats for every node; nothing for any other, at which Python looks.
    fn of_arrays(table: &Bound<'py, PyDict>, graph: &CausalGraph) -> PyResult<Option<Self>> {
        let (mut names, mut columns) = (Vec::with_capacity(table.len()), Vec::with_capacity(table.len()));
        for node in graph.nodes() {
            let Some(column) = table.get_item(node)? else { return Ok(None) };
            let Ok(numbers) = column.cast_into::<PyArray1<f64>>() else { return Ok(None) };
            let Ok(numbers) = numbers.try_readonly() else { return Ok(None) };
            if numbers.as_slice().is_err() {
                return Ok(None);
            }
            columns.push(Column::Numbers(numbers));
            names.push(node.to_owned());
        }
        Ok(Some(Self { names, columns }))
    }

    /// The columns of a table of the library; all of them where none is named, as it says then which there are.
    fn of_dataset(data: &Arc<Dataset>, wanted: Option<&CausalGraph>) -> Self {
        let is_wanted = |name: &&String| wanted.is_none_or(|graph| graph.contains(name));
        let some = data.names().iter().any(|name| is_wanted(&name));
        let places = data.names().iter().enumerate().filter(|(_, name)| !some || is_wanted(name));
        let column = |(place, name): (usize, &String)| match data.levels(name) {
            None => (name.clone(), Column::Shared(Arc::clone(data), place)),
            Some(_) => (name.clone(), Column::Text(text_of(data, name))),
        };
        let (names, columns) = places.map(column).unzip();
        Self { names, columns }
    }

    /// Asks about them.
    pub(crate) fn with<R>(&self, py: Python<'_>, ask: impl FnOnce(&EventColumns<'_>) -> PyResult<R>) -> PyResult<R> {
        let text: Vec<Vec<Option<&str>>> = self
            .columns
            .iter()
            .map(|column| match column {
                Column::Numbers(_) | Column::Shared(..) => Vec::new(),
                Column::Text(cells) => cells.iter().map(Option::as_deref).collect(),
            })
            .collect();
        let mut columns = Vec::with_capacity(self.columns.len());
        for ((name, column), text) in self.names.iter().zip(&self.columns).zip(&text) {
            let column = match column {
                Column::Text(_) => EventColumn::Text(text),
                Column::Numbers(numbers) => {
                    EventColumn::Numbers(numbers.as_slice().map_err(|error| PyTypeError::new_err(error.to_string()))?)
                }
                // Tables of the library have their columns one after another.
                Column::Shared(data, place) => {
                    let column = data.values().index_axis_move(Axis(1), *place).to_slice();
                    EventColumn::Numbers(column.unwrap_or_default())
                }
            };
            columns.push((name.as_str(), column));
        }
        ask(&EventColumns::new(columns).or_raise(py)?)
    }
}

/// A table of any kind as one of the library; of the columns that the graph names, if there is one.
pub(crate) fn dataset(table: &Bound<'_, PyAny>, wanted: Option<&CausalGraph>) -> PyResult<Arc<Dataset>> {
    let py = table.py();
    if let Ok(table) = table.cast::<PyDataset>() {
        return Ok(Arc::clone(&table.get().data));
    }
    Columns::of(table, wanted)?.with(py, |columns| Ok(Arc::new(columns.to_dataset().or_raise(py)?)))
}

/// A table of the library as one of Python.
pub(crate) fn table(data: Dataset) -> PyDataset {
    PyDataset { data: Arc::new(data) }
}

/// A row of any kind: a mapping of names to numbers and text, a series, or a table with one row.
pub(crate) fn observation(row: &Bound<'_, PyAny>) -> PyResult<Observation> {
    let py = row.py();
    let cells = match row.cast::<PyDict>() {
        Ok(cells) => cells.clone(),
        Err(_) => tables(py)?.getattr("row")?.call1((row,))?.cast_into::<PyDict>()?,
    };
    let (mut numbers, mut text) = (Vec::with_capacity(cells.len()), Vec::new());
    for (name, cell) in cells {
        let name = name_of(&name)?;
        if let Ok(number) = cell.extract::<f64>() {
            numbers.push((name, number));
        } else if let Ok(cell) = cell.extract::<String>() {
            text.push((name, cell));
        } else if cell.is_none() {
            numbers.push((name, f64::NAN));
        } else {
            // Arrays of one value, decimals, the gaps of pandas, and what else is a number.
            let cell = tables(py)?.getattr("scalar")?.call1((&cell,))?;
            match (cell.is_none(), cell.extract::<f64>()) {
                (true, _) => numbers.push((name, f64::NAN)),
                (false, Ok(number)) => numbers.push((name, number)),
                (false, Err(_)) => {
                    return Err(exception(py, &Error::TextValue { column: name, text: cell.to_string() }));
                }
            }
        }
    }
    let mut observation = Observation::from_pairs(numbers).or_raise(py)?;
    for (name, cell) in text {
        observation = observation.with_text(name, cell).or_raise(py)?;
    }
    Ok(observation)
}

/// A row as a dict.
pub(crate) fn row_to_dict<'py>(py: Python<'py>, row: &Observation) -> PyResult<Bound<'py, PyDict>> {
    let cells = PyDict::new(py);
    for (name, &value) in row.names().iter().zip(row.values()) {
        match row.text(name) {
            Some(text) => cells.set_item(name, text)?,
            None => cells.set_item(name, value)?,
        }
    }
    Ok(cells)
}

/// The name of a node or column: itself if it is text, otherwise how it is written.
pub(crate) fn name_of(name: &Bound<'_, PyAny>) -> PyResult<String> {
    match name.extract::<String>() {
        Ok(name) => Ok(name),
        Err(_) => Ok(name.str()?.to_string()),
    }
}
