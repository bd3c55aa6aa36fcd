"""The edges the local twin puts around MiniStack and Moto: what neither emulator does by itself."""
