//! The functions of Terraform's language, and what they return.

use super::kind::{Type, common};

/// What a function returns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Returns {
    Any,
    Bool,
    Number,
    Text,
    Texts,
    /// What its first argument is.
    Same,
    /// A list of what its first argument's elements are.
    Elements,
    /// A set of those.
    Distinct,
    /// A map of those.
    Mapped,
    /// One of those.
    Element,
}

/// Every function that both engines have: Terraform 1.11 and OpenTofu 1.10 (`terraform metadata functions`).
const FUNCTIONS: [(Returns, &str); 10] = [
    (
        Returns::Any,
        "coalesce csvdecode defaults ephemeralasnull flatten issensitive jsondecode lookup merge provider setproduct try \
         yamldecode zipmap transpose templatestring matchkeys",
    ),
    (Returns::Bool, "alltrue anytrue can contains endswith fileexists startswith strcontains tobool"),
    (Returns::Number, "abs ceil floor index length log max min parseint pow signum sum timecmp tonumber"),
    (
        Returns::Text,
        "abspath base64decode base64encode base64gzip base64sha256 base64sha512 basename bcrypt chomp cidrhost cidrnetmask \
         cidrsubnet dirname file filebase64 filebase64sha256 filebase64sha512 filemd5 filesha1 filesha256 filesha512 format \
         formatdate indent join jsonencode lower md5 pathexpand plantimestamp regexreplace replace rsadecrypt sha1 sha256 \
         sha512 strrev substr templatefile textdecodebase64 textencodebase64 timeadd timestamp title tostring trim \
         trimprefix trimspace trimsuffix type upper urlencode uuid uuidv5 yamlencode",
    ),
    (Returns::Texts, "cidrsubnets fileset formatlist keys split"),
    (Returns::Same, "nonsensitive sensitive"),
    (
        Returns::Elements,
        "chunklist compact concat distinct reverse slice sort tolist values coalescelist range",
    ),
    (Returns::Distinct, "setintersection setsubtract setunion toset"),
    (Returns::Mapped, "tomap"),
    (Returns::Element, "element one"),
];

/// Functions whose result depends on what a text holds.
const OF_TEXT: [&str; 2] = ["regex", "regexall"];

/// Returns the type of a call's value.
///
/// # Errors
/// The names of all functions, where there is none of this name.
pub fn returns(name: &str, arguments: &[Type]) -> Result<Type, Vec<String>> {
    if OF_TEXT.contains(&name) {
        return Ok(Type::Any);
    }
    let row = FUNCTIONS.iter().find(|(_, names)| names.split_whitespace().any(|known| known == name));
    let Some((returns, _)) = row else {
        let names = FUNCTIONS.iter().flat_map(|(_, names)| names.split_whitespace());
        return Err(names.chain(OF_TEXT).map(str::to_owned).collect());
    };
    let first = arguments.first().cloned().unwrap_or(Type::Any);
    let elements = || match name {
        "concat" => common(&arguments.iter().map(Type::element).collect::<Vec<_>>()),
        _ => first.element(),
    };
    Ok(match returns {
        Returns::Any => Type::Any,
        Returns::Bool => Type::Bool,
        Returns::Number => Type::Number,
        Returns::Text => Type::String,
        Returns::Texts => Type::list(Type::String),
        Returns::Same => first,
        Returns::Elements if name == "range" => Type::list(Type::Number),
        Returns::Elements => Type::list(elements()),
        Returns::Distinct => Type::Set(Box::new(elements())),
        Returns::Mapped => Type::map(elements()),
        Returns::Element => elements(),
    })
}
