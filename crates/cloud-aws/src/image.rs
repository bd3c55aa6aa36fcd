//! What we need to know of an image before it is launched.

use crate::errors::{Failure, Meaning, Service};
use aws_sdk_ec2::{
    Client,
    types::{ArchitectureValues, Image as Ec2Image, ImageState},
};
use soca_app::ports::CloudError;
use soca_domain::{
    Code, Fault,
    id::shorten,
    instance_type::{Architecture, InstanceType},
};

/// An image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    /// Its id.
    pub id: String,
    /// The device name of its root volume: `/dev/xvda` for Amazon Linux, else mostly `/dev/sda1`.
    pub root_device: String,
    /// The size of the root volume's snapshot, GiB.
    pub root_gib: u32,
    /// The CPU architecture it is made for, if it is one we can run.
    pub architecture: Option<Architecture>,
    /// Whether it can be launched.
    pub available: bool,
}

/// Asks EC2 for an image.
pub(crate) async fn image(client: &Client, id: &str) -> Result<Image, CloudError> {
    let reply =
        client.describe_images().image_ids(id).send().await.map_err(|error| Failure::of(Service::Ec2, error));
    let found = match reply {
        Ok(reply) => reply.images.unwrap_or_default().iter().find_map(of_ec2),
        Err(failure) if failure.meaning() == Meaning::Absent => None,
        Err(failure) => return Err(failure.into()),
    };
    found.ok_or_else(|| {
        CloudError::Refused(unusable(id, "does not exist in this region, or is not ours to use"))
    })
}

fn of_ec2(image: &Ec2Image) -> Option<Image> {
    let root_device = image.root_device_name().unwrap_or("/dev/xvda").to_owned();
    let root =
        image.block_device_mappings().iter().find(|mapping| mapping.device_name() == Some(&root_device));
    let root_gib = root.and_then(|mapping| mapping.ebs()).and_then(|ebs| ebs.volume_size()).unwrap_or(0);
    Some(Image {
        id: image.image_id()?.to_owned(),
        root_gib: u32::try_from(root_gib).unwrap_or(0),
        architecture: architecture(image.architecture()),
        available: image.state() == Some(&ImageState::Available),
        root_device,
    })
}

fn architecture(value: Option<&ArchitectureValues>) -> Option<Architecture> {
    match value? {
        ArchitectureValues::X8664 => Some(Architecture::X86_64),
        ArchitectureValues::Arm64 => Some(Architecture::Arm64),
        _ => None,
    }
}

/// Whether an image can be launched on all these types with a root volume of this size.
pub(crate) fn check(image: &Image, types: &[InstanceType], root_gib: u32) -> Result<(), Fault> {
    if !image.available {
        return Err(unusable(&image.id, "is not available"));
    }
    if let Some(other) = types.iter().find(|t| Some(t.architecture) != image.architecture) {
        return Err(unusable(
            &image.id,
            &format!("is made for another CPU architecture than {}", other.name),
        ));
    }
    if root_gib < image.root_gib {
        return Err(Fault::new(
            Code::ImageUnusable,
            format!(
                "The image \"{}\" needs a root volume of {} GiB; the job asks for {root_gib}.",
                image.id, image.root_gib
            ),
            format!("Add -l root_size={}.", image.root_gib),
        ));
    }
    Ok(())
}

fn unusable(id: &str, why: &str) -> Fault {
    Fault::new(
        Code::ImageUnusable,
        format!("The image \"{}\" {why}.", shorten(id)),
        "Name an image of this region for the instance type's architecture, or leave instance_ami away.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::samples::{image, instance_type};
    use aws_sdk_ec2::types::{BlockDeviceMapping, EbsBlockDevice};

    #[test]
    fn images_must_fit() {
        let types = [instance_type("c6i.large")];
        assert_eq!(check(&image(), &types, 40), Ok(()));
        let arm = Image { architecture: Some(Architecture::Arm64), ..image() };
        let gone = Image { available: false, ..image() };
        let large = Image { root_gib: 50, ..image() };
        for unfit in [arm, gone, large] {
            assert_eq!(check(&unfit, &types, 40).unwrap_err().code, Code::ImageUnusable, "{unfit:?}");
        }
    }

    #[test]
    fn the_root_volume_is_found_by_its_name() {
        let mapping = |name: &str, size| {
            let ebs = EbsBlockDevice::builder().volume_size(size).build();
            BlockDeviceMapping::builder().device_name(name).ebs(ebs).build()
        };
        let described = Ec2Image::builder()
            .image_id("ami-0a")
            .root_device_name("/dev/sda1")
            .architecture(ArchitectureValues::X8664)
            .state(ImageState::Available)
            .block_device_mappings(mapping("/dev/sdb", 100))
            .block_device_mappings(mapping("/dev/sda1", 12))
            .build();
        let found = of_ec2(&described).unwrap();
        assert_eq!((found.root_device.as_str(), found.root_gib, found.available), ("/dev/sda1", 12, true));
    }
}
