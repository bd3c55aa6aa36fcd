//! Uploads packages to the serverless plane's S3. What is there already, by its name, is not sent again.

use crate::{
    deploy::{
        aws::{Aws, failed},
        packages::{AGENT_KEY, BUCKET, Upload},
    },
    fault::{Fault, Outcome},
};
use aws_sdk_s3::{error::ProvideErrorMetadata, primitives::ByteStream};

/// Uploads what is missing; how many bytes that were.
pub async fn upload(aws: &Aws, uploads: &[Upload]) -> Outcome<u64> {
    if let Err(error) = aws.s3.create_bucket().bucket(BUCKET).send().await
        && error.code() != Some("BucketAlreadyOwnedByYou")
    {
        return Err(failed("Making the bucket for packages", error));
    }
    let mut sent = 0;
    for upload in uploads {
        let there = aws.s3.head_object().bucket(BUCKET).key(&upload.key).send().await.is_ok();
        // The agent's key is fixed, so its presence proves nothing.
        if !there || upload.key == AGENT_KEY {
            sent += put(aws, upload).await?;
        }
    }
    Ok(sent)
}

async fn put(aws: &Aws, upload: &Upload) -> Outcome<u64> {
    let body = ByteStream::from_path(&upload.file);
    let body = body.await.map_err(|e| Fault::machine(upload.file.display(), e))?;
    let request = aws.s3.put_object().bucket(BUCKET).key(&upload.key).body(body);
    // Hashing megabytes in a debug build takes longer than sending them over loopback.
    let sent = request.customize().disable_payload_signing().send().await;
    sent.map_err(|error| failed(&format!("Uploading {}", upload.key), error))?;
    Ok(std::fs::metadata(&upload.file).map(|file| file.len()).unwrap_or_default())
}
