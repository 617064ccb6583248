/** napi-rs' name of this platform: `linux-x64-gnu`. */
export function platformName() {
  const { platform, arch } = process;
  const suffix = platform === 'linux' ? '-gnu' : platform === 'win32' ? '-msvc' : '';
  return `${platform}-${arch}${suffix}`;
}

/** The addon's file. */
export function addonName() {
  return `kernels.${platformName()}.node`;
}
