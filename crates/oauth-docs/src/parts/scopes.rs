//! The scope constants of a provider crate.

use super::table;
use crate::portrait::Portrait;
use crate::scope_constant::ScopeConstant;

pub(super) fn table(portrait: &Portrait) -> String {
    let krate = portrait.name;
    table::table(
        &["Constant", "Scope"],
        portrait.scopes.iter().map(|ScopeConstant { name, scope }| {
            let page = format!("../api/{krate}/scope/constant.{name}.html");
            vec![format!("[`scope::{name}`]({page})"), format!("`{scope}`")]
        }),
    )
}
