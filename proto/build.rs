//! Compiles the protobuf contract without protoc: messages by prost, canonical JSON by pbjson.

use std::{env, error::Error, fs, path::PathBuf};

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=demarc");
    let mut files = Vec::new();
    for entry in fs::read_dir("demarc")? {
        files.push(entry?.path());
    }
    files.sort();
    let descriptors = protox::compile(&files, ["."])?;
    let bytes = prost::Message::encode_to_vec(&descriptors);
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("cargo sets OUT_DIR")?);
    fs::write(out.join("descriptors.bin"), &bytes)?;
    prost_build::Config::new().enable_type_names().bytes(["."]).compile_fds(descriptors)?;
    pbjson_build::Builder::new().register_descriptors(&bytes)?.build(&[".demarc"])?;
    Ok(())
}
