//! Which zones a cluster is in.

use ipnet::Ipv4Net;

use super::Place;
use crate::blueprint::keys::Network as Keys;
use crate::blueprint::scalar::Zones;
use crate::diagnostic::Span;
use crate::model::Context;
use crate::problem::Problem;

/// Returns the names of the zones that a VPC of our own is in.
///
/// A number takes the zones that the cluster has, as far as the manifest knows, and then the region's: so it never moves a
/// cluster that exists, whatever a later catalog chooses first. Where no number is written, a cluster that exists keeps
/// the zones that it has.
pub(super) fn choose(context: &mut Context<'_>, place: &Place<'_>, keys: &Keys) -> Option<Vec<String>> {
    match &keys.zones.value {
        Zones::Count(count) => {
            let known = known(place, false);
            let mut zones = usable(place, context.facts.zones(place.cluster, place.region));
            if !zones.is_empty() && !keys.zones.is_written() {
                return Some(zones);
            }
            zones.extend(known.iter().filter(|zone| !zones.contains(zone)).cloned().collect::<Vec<_>>());
            // The default of three is no wish: a region of two zones takes two.
            if zones.len() < *count as usize && keys.zones.is_written() {
                let problem = Problem::TooFewZones { region: place.region.to_owned(), asked: *count, known };
                context.push(problem, keys.zones.span);
                return None;
            }
            zones.truncate(*count as usize);
            Some(zones)
        }
        Zones::Names(names) => {
            let mut good = Vec::new();
            for name in names {
                let first = names.iter().find(|first| first.value == name.value).map(|first| first.span);
                if let Some(first) = first.filter(|first| *first != name.span) {
                    let problem = Problem::RepeatedZone { zone: name.value.clone() };
                    context.push_conflict(problem, name.span, first);
                } else if check(context, place, &name.value, name.span, true) {
                    good.push(name.value.clone());
                }
            }
            if names.len() < 2 && good.len() == names.len() {
                context.push(Problem::OneZone { named: names.len(), key: "zones" }, keys.zones.span);
            }
            (good.len() == names.len() && good.len() > 1).then_some(good)
        }
    }
}

/// Returns the zones of a cluster's control plane, sorted: those in which it was made.
///
/// EKS lets its subnets change, but not the set of their zones (EKS user guide, "View Amazon EKS networking requirements for
/// VPC and subnets"; aws/containers-roadmap#2258, #2330; read 2026-11). So a zone that comes later is for nodes only,
/// and one of the control plane has to stay.
pub(super) fn of_control_plane(
    context: &mut Context<'_>,
    place: &Place<'_>,
    vpc: Ipv4Net,
    zones: &[&str],
    at: Span,
) -> Vec<String> {
    let known = if place.made_in.is_empty() {
        context.facts.control_plane_zones(place.cluster, place.region, vpc)
    } else {
        place.made_in
    };
    let mut made_in = usable(place, known);
    if made_in.is_empty() {
        made_in = zones.iter().map(|zone| (*zone).to_owned()).collect();
    }
    made_in.sort();
    let gone: Vec<String> = made_in.iter().filter(|zone| !zones.contains(&zone.as_str())).cloned().collect();
    if !gone.is_empty() {
        let (cluster, is_generated) = (place.cluster.to_owned(), place.made_in.is_empty());
        context.push(Problem::ControlPlaneZoneGone { cluster, zones: gone, is_generated }, at);
    }
    made_in
}

/// Returns those of a manifest's zones that the catalog knows for the region, each once; none where fewer than two are left.
///
/// A manifest is a file that people merge.
fn usable(place: &Place<'_>, written: &[String]) -> Vec<String> {
    let known = known(place, true);
    let mut zones: Vec<String> = Vec::new();
    for zone in written {
        if known.contains(zone) && !zones.contains(zone) {
            zones.push(zone.clone());
        }
    }
    if zones.len() < 2 { Vec::new() } else { zones }
}

/// Whether a zone that is named belongs to the region; says so where it does not. In `zones` a number would do as well.
pub(super) fn check(
    context: &mut Context<'_>,
    place: &Place<'_>,
    zone: &str,
    at: Span,
    in_zones: bool,
) -> bool {
    let known = known(place, true);
    let is_known = known.iter().any(|known| known == zone);
    if !is_known {
        let (zone, region, usual) = (zone.to_owned(), place.region.to_owned(), self::known(place, false));
        context.push(Problem::ZoneNotInRegion { zone, region, known: usual, in_zones }, at);
    }
    is_known
}

/// Returns the zones of a region: those that a number takes, and where asked for those that only a name does.
fn known(place: &Place<'_>, by_name: bool) -> Vec<String> {
    let more = place.facts.by_name.iter().filter(|_| by_name);
    let letters = place.facts.zones.iter().chain(more);
    letters.map(|letter| format!("{}{letter}", place.region)).collect()
}
