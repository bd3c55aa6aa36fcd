//! Live stacks and prices.

use crate::{auth::SignedIn, error::ApiError, parse::Query, state::ApiState};
use axum::{
    Json,
    extract::{Query as AxumQuery, State},
};
use soca_app::{price_type, read_jobs};
use soca_domain::{Code, Fault, request::MAX_NODES, time::parse_walltime};
use soca_wire::{api, convert};
use std::collections::HashMap;

/// `GET /v1/stacks`
pub(super) async fn stacks(
    State(state): State<ApiState>,
    SignedIn(caller): SignedIn,
) -> Result<Json<api::StackList>, ApiError> {
    let all = read_jobs::stacks(&*state.store, &caller).await?;
    Ok(Json(api::StackList {
        stacks: all.iter().map(|(stack, nodes)| convert::stack(stack, nodes)).collect(),
    }))
}

/// `GET /v1/price?instance_type=&nodes=&walltime=`
pub(super) async fn price(
    State(state): State<ApiState>,
    _caller: SignedIn,
    AxumQuery(params): AxumQuery<HashMap<String, String>>,
) -> Result<Json<api::Price>, ApiError> {
    let query = Query(params);
    let name = query.text("instance_type").unwrap_or_default().parse()?;
    let nodes = query.get("nodes")?.unwrap_or(1);
    if nodes == 0 || nodes > MAX_NODES {
        return Err(Fault::new(
            Code::BadCount,
            format!("{nodes} nodes cannot be priced."),
            format!("Ask for 1 to {MAX_NODES}."),
        )
        .into());
    }
    let walltime = query.text("walltime").map(parse_walltime).transpose()?;
    let found = price_type::price(&*state.catalog, &*state.prices, &name, nodes, walltime).await?;
    Ok(Json(api::Price {
        instance_type: found.instance_type.name.to_string(),
        vcpus: found.instance_type.vcpus,
        cores: found.instance_type.cores,
        memory_mib: found.instance_type.memory.0,
        hourly_micro_usd: found.hourly.map(|m| m.0),
        nodes,
        total_micro_usd: found.total.map(|m| m.0),
    }))
}
