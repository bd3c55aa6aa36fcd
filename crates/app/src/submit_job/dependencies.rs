//! Whether a job can wait for the jobs it names. Only jobs that exist can be named, so no circle can come about.

use crate::{Caller, error::Error, ports::Store};
use soca_domain::{Code, depend::Dependency};

/// Jobs it depends on exist and are the caller's to know, and so are their elements.
pub(super) async fn check(store: &dyn Store, caller: &Caller, depend: &[Dependency]) -> Result<(), Error> {
    for on in depend {
        // A job of somebody else's is told from none no more than elsewhere.
        let other =
            store.job(on.job).await?.filter(|job| caller.may_manage(&job.owner)).ok_or_else(|| {
                Error::refused(
                    Code::BadDependency,
                    format!("The job depends on job {}, and there is no such job of yours.", on.job),
                    "Submit the other job first and use the number that submit prints.",
                )
            })?;
        let Some(element) = on.element else { continue };
        match &other.array {
            Some(array) if array.position(element).is_some() => {}
            Some(array) => {
                return Err(Error::refused(
                    Code::BadDependency,
                    format!("The job depends on element {element} of job {}, which has {array}.", on.job),
                    "Give an index of the array, or the job's number alone for all of it.",
                ));
            }
            None => {
                return Err(Error::refused(
                    Code::BadDependency,
                    format!("The job depends on element {element} of job {}, which is no array.", on.job),
                    "Give the job's number alone.",
                ));
            }
        }
    }
    Ok(())
}
