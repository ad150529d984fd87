//! Changes that know a little of what they change: numbers, brackets, lengths, cells and lines.

use rand::{RngExt, rngs::ChaCha8Rng};

/// What may stand where a number stood.
const NUMBERS: [&str; 22] = [
    "1e999",
    "-1e999",
    "-0",
    "-0.0",
    "18446744073709551615",
    "18446744073709551616",
    "9223372036854775807",
    "-9223372036854775808",
    "NaN",
    "nan",
    "inf",
    "-inf",
    "Infinity",
    "null",
    "1e308",
    "-1.7976931348623157e308",
    "5e-324",
    "1e-320",
    "0.1",
    "1000000000",
    "0",
    "99999999999999999999999999999999999999999999",
];

/// What may stand anywhere.
const TOKENS: [&str; 50] = [
    "[", "]", "{", "}", "\"", "\\", ",", ":", "\n", "\r\n", ";", "\t", "\u{feff}", "\u{0}", "é", "\u{202e}", "\\u0000",
    "\\ud800", "null", "true", "[]", "{}", "\"\"", "]]>", "<script>", "-->", "&#0;", "=1+1", "sep=;\n", "1,234",
    "1.234", "1.234,5", "\"0,5\"", "1 234", "20.4 ms", "1.2 s", "3 MB", "1m30s", " [ms]", "12 %", "€", "N/A", "True",
    "|", ";;\n", "\u{a0}", "\n{", "}\n", "0x", "==",
];

const LENGTHS: [u64; 8] = [0, 1, 127, 128, 1 << 20, 1 << 32, u64::MAX >> 1, u64::MAX];

/// How deep the deepest nesting is.
const DEPTH: usize = 100_000;

/// Inputs that are always tried.
pub(crate) fn extremes(name: &str, seeds: &[Vec<u8>]) -> Vec<Vec<u8>> {
    let mut inputs: Vec<Vec<u8>> =
        vec![Vec::new(), vec![0; 4096], vec![0xff; 4096], b"\"".repeat(4097), b"\n".repeat(4096)];
    for (open, close) in [
        ("[", "]"),
        ("{\"a\":", "}"),
        ("{\"data\":[", "]}"),
        ("{\"Rounded\":", "}"),
        ("{\"resourceSpans\":[", "]}"),
        ("{\"spans\":[", "]}"),
        ("{\"low\":", "}"),
        ("{\n", "}\n"),
    ] {
        inputs.push(open.repeat(DEPTH).into_bytes());
        inputs.push(format!("{}0{}", open.repeat(DEPTH), close.repeat(DEPTH)).into_bytes());
    }
    // A message of nested messages, and one of a great many empty ones.
    let nested =
        |depth: usize| (0..depth).fold(Vec::new(), |inner, _| [vec![0x0a], varint(inner.len() as u64), inner].concat());
    inputs.extend([nested(200), [0x0a, 2, 0x12, 0].repeat(20_000), [0, 0, 0, 4, 0x0a, 2, 0x12, 0].repeat(20_000)]);
    inputs.push(format!("caller,callee,cause,effect\n{}", "a,b,a,b\n".repeat(2_000)).into_bytes());
    let chain: String = (0..2_000).map(|node| format!("{node},{},{node},{0}\n", node + 1)).collect();
    inputs.push(format!("caller,callee,cause,effect\n{chain}").into_bytes());
    let wide = |cell: &str| [cell; 2_000].join(",");
    inputs.push(
        format!("{}\n{}\n", (0..2_000).map(|c| format!("c{c},")).collect::<String>() + "d", wide("1") + ",1")
            .into_bytes(),
    );
    let letters = if name == "types" { (b'a'..=b'z').collect() } else { Vec::new() };
    for letter in letters {
        for text in [format!("{}1", "[".repeat(DEPTH)), "{\"x\":".repeat(DEPTH), "null".to_owned(), "1e999".to_owned()]
        {
            inputs.push([&[letter], text.as_bytes()].concat());
        }
    }
    for seed in seeds.iter().filter(|seed| seed.len() <= 600 && name != "reports") {
        inputs.extend((0..seed.len()).map(|length| seed[..length].to_vec()));
    }
    inputs
}

/// A seed with one to four changes.
pub(crate) fn mutated(seeds: &[Vec<u8>], random: &mut ChaCha8Rng) -> Vec<u8> {
    let mut bytes = seeds[random.random_range(0..seeds.len())].clone();
    for _ in 0..random.random_range(1..=4) {
        change(&mut bytes, seeds, random);
    }
    bytes
}

fn change(bytes: &mut Vec<u8>, seeds: &[Vec<u8>], random: &mut ChaCha8Rng) {
    if bytes.is_empty() {
        bytes.push(random.random());
    }
    let at = random.random_range(0..bytes.len());
    match random.random_range(0..12) {
        0 => bytes[at] ^= 1 << random.random_range(0..8),
        1 => bytes[at] = random.random(),
        2 => bytes.truncate(at),
        3 => drop(bytes.remove(at)),
        4 => splice(bytes, seeds, random),
        5 => {
            let end = (at + random.random_range(1..40)).min(bytes.len());
            let copied = bytes[at..end].repeat(random.random_range(1..4));
            bytes.splice(at..at, copied);
        }
        6 => drop(bytes.splice(at..at, TOKENS[random.random_range(0..TOKENS.len())].bytes())),
        7 => {
            let length = varint(LENGTHS[random.random_range(0..LENGTHS.len())]);
            bytes.splice(at..=at, length);
        }
        8 => {
            let value = [f64::NAN, f64::INFINITY, -0.0, f64::MAX, 5e-324, 1e300, -1.0][random.random_range(0..7)];
            let end = (at + 8).min(bytes.len());
            bytes.splice(at..end, value.to_le_bytes());
        }
        9 => {
            let (open, close) = [("[", "]"), ("{\"a\":", "}")][random.random_range(0..2)];
            let depth = random.random_range(1..400);
            bytes.splice(at..at, format!("{}{}", open.repeat(depth), close.repeat(depth)).into_bytes());
        }
        _ => replace_number(bytes, at, random),
    }
}

/// The head of one seed, and the tail of another.
fn splice(bytes: &mut Vec<u8>, seeds: &[Vec<u8>], random: &mut ChaCha8Rng) {
    let other = &seeds[random.random_range(0..seeds.len())];
    bytes.truncate(random.random_range(0..=bytes.len()));
    bytes.extend(&other[random.random_range(0..=other.len())..]);
}

/// The first number at or after a place, or what stands there if there is none.
fn replace_number(bytes: &mut Vec<u8>, at: usize, random: &mut ChaCha8Rng) {
    let start = bytes[at..].iter().position(u8::is_ascii_digit).map_or(at, |found| at + found);
    let of_number = |byte: &&u8| byte.is_ascii_digit() || matches!(byte, b'.' | b'e' | b'E' | b'-' | b'+');
    let end = start + bytes[start..].iter().take_while(of_number).count();
    bytes.splice(start..end, NUMBERS[random.random_range(0..NUMBERS.len())].bytes());
}

/// As the binary format writes a length.
fn varint(mut value: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    loop {
        let byte = (value & 0x7f) as u8;
        value >>= 7;
        bytes.push(if value > 0 { byte | 0x80 } else { byte });
        if value == 0 {
            return bytes;
        }
    }
}
