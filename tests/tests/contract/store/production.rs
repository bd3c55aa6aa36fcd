//! What jobs produce: chunks of elements, streams of output.

use super::{
    AnyStore, commit, conflict, done,
    samples::{NOW, chunk, job, output},
};
use soca_app::ports::{
    Write,
    store::{OutputId, OutputState},
};
use soca_domain::{
    Attempt, Code, ElementIndex, Fault, JobId,
    element::{CHUNK, ElementChunk},
    verdict::Verdict,
};

const JOB: JobId = JobId(1);

pub(crate) async fn chunks_are_saved_by_version(store: AnyStore) {
    assert_eq!(store.element_chunk(JOB, 0).await.unwrap(), None);
    conflict(commit(&store, Write::SaveElements(ElementChunk { version: 1, ..chunk(JOB, 0) })).await, 0);
    done(commit(&store, Write::SaveElements(chunk(JOB, 0))).await);
    conflict(commit(&store, Write::SaveElements(chunk(JOB, 0))).await, 0);
    let first = store.element_chunk(JOB, 0).await.unwrap().unwrap();
    assert_eq!(first, ElementChunk { version: 1, ..chunk(JOB, 0) });
    let mut second = first.clone();
    second.started(ElementIndex(7), Attempt(1), NOW);
    done(commit(&store, Write::SaveElements(second.clone())).await);
    conflict(commit(&store, Write::SaveElements(first)).await, 0);
    assert_eq!(store.element_chunk(JOB, 0).await.unwrap(), Some(ElementChunk { version: 2, ..second }));
}

pub(crate) async fn a_whole_array_is_read_in_order(store: AnyStore) {
    done(commit(&store, Write::CreateJob(job(JOB))).await);
    for number in [10, 2, 0, 99] {
        done(commit(&store, Write::SaveElements(chunk(JOB, number))).await);
    }
    done(commit(&store, Write::SaveElements(chunk(JobId(2), 1))).await);
    let numbers: Vec<u32> = store.elements(JOB).await.unwrap().iter().map(|c| c.number).collect();
    assert_eq!(numbers, [0, 2, 10, 99]);
    assert_eq!(store.elements(JobId(3)).await.unwrap(), []);
}

/// Together more than the 1 MB of one reply to a query.
pub(crate) async fn a_large_array_is_read_whole(store: AnyStore) {
    let mut saved = vec![];
    for number in 0..15 {
        let mut chunk = chunk(JOB, number);
        for element in 1..=10 {
            let verdict = Verdict::Fault { fault: lost() };
            chunk.ended(ElementIndex(number * CHUNK + element), Attempt(1), NOW, verdict);
        }
        done(commit(&store, Write::SaveElements(chunk.clone())).await);
        saved.push(ElementChunk { version: 1, ..chunk });
    }
    assert!(store.elements(JOB).await.unwrap() == saved, "something is missing or out of order");
}

fn lost() -> Fault {
    Fault::new(Code::NodeLost, "x".repeat(10 * 1024), "Nothing: the element is started again.")
}

pub(crate) async fn output_grows_from_the_size_that_was_read(store: AnyStore) {
    let grow = |size, was_size| Write::GrowOutput { output: output(JOB, size), was_size };
    assert_eq!(store.output(&output(JOB, 0).id).await.unwrap(), None);
    conflict(commit(&store, grow(20, 10)).await, 0);
    done(commit(&store, grow(0, 0)).await);
    done(commit(&store, grow(10, 0)).await);
    conflict(commit(&store, grow(10, 0)).await, 0);
    conflict(commit(&store, grow(30, 20)).await, 0);
    done(commit(&store, grow(20, 10)).await);
    assert_eq!(store.output(&output(JOB, 0).id).await.unwrap(), Some(output(JOB, 20)));
}

pub(crate) async fn streams_are_kept_apart(store: AnyStore) {
    let base = output(JOB, 0).id;
    let ids = [
        base.clone(),
        OutputId { stderr: true, ..base.clone() },
        OutputId { attempt: Attempt(2), ..base.clone() },
        OutputId { element: Some(ElementIndex(0)), ..base.clone() },
        OutputId { element: Some(ElementIndex(1)), ..base.clone() },
        OutputId { job: JobId(2), ..base },
    ];
    let states: Vec<OutputState> =
        ids.into_iter().zip(1..).map(|(id, size)| OutputState { id, size, tail: vec![] }).collect();
    for output in &states {
        done(commit(&store, Write::GrowOutput { output: output.clone(), was_size: 0 }).await);
    }
    for output in states {
        assert_eq!(store.output(&output.id.clone()).await.unwrap(), Some(output));
    }
}
