import { type HostFiles, readWord } from '../host-files.ts'

export type CloudProvider = 'aws' | 'gcp' | 'azure'

const azureAssetTag = '7783-7084-3265-9085-8269-3286-77'

/** Whose machine this is by its firmware; undefined: no known cloud's, and then nothing is sent to anybody. */
export function providerHint(files: HostFiles): CloudProvider | undefined {
  const dmi = (name: string): string => readWord(files, `/sys/class/dmi/id/${name}`) ?? ''
  const names = [dmi('sys_vendor'), dmi('bios_vendor'), dmi('product_name'), dmi('board_vendor')]
  if (names.some((name) => /^Amazon EC2/.test(name))) return 'aws'
  // Machines of the older kind, which Xen ran.
  if (/amazon$/.test(dmi('bios_version')) || /^ec2/.test(readWord(files, '/sys/hypervisor/uuid') ?? '')) return 'aws'
  if (dmi('product_name') === 'Google Compute Engine') return 'gcp'
  // Hyper-V on a desk has the same vendor, but not this tag.
  if (dmi('chassis_asset_tag') === azureAssetTag) return 'azure'
  return undefined
}
