/** A file system as `/proc/self/mountinfo` lists it. */
export interface Mount {
  /** 'major:minor' */
  device: string
  /** what of the file system is mounted; '/' is all of it */
  root: string
  path: string
  fileSystem: string
  /** '/dev/nvme0n1p2', 'server:/export' */
  source: string
  readOnly: boolean
}

const local = new Set(
  'apfs bcachefs btrfs exfat ext2 ext3 ext4 f2fs fuseblk hfs jfs ntfs ntfs3 overlay reiserfs vfat xfs zfs'.split(' '),
)
/** may be away, and then whoever asks them waits for ever */
const remote = /^(nfs4?|cifs|smb3|smbfs|9p|ceph|lustre|gpfs|beegfs|glusterfs|afs|fuse\..*|virtiofs)$/

export const isRemote = (fileSystem: string): boolean => remote.test(fileSystem)

/** Those that hold files: each file system once, where it is mounted as a whole if it is. In the order of paths. */
export function parseMounts(mountinfo: string): Mount[] {
  const byDevice = new Map<string, Mount>()
  for (const line of mountinfo.split('\n')) {
    const mount = parseMount(line)
    if (!mount || !(local.has(mount.fileSystem) || isRemote(mount.fileSystem))) continue
    const known = byDevice.get(mount.device)
    if (!known || (known.root !== '/' && mount.root === '/')) byDevice.set(mount.device, mount)
  }
  return [...byDevice.values()].sort((a, b) => (a.path < b.path ? -1 : 1))
}

/** "26 1 254:0 ROOT PATH options [tags] - TYPE SOURCE superoptions"; blanks are written \040. */
function parseMount(line: string): Mount | undefined {
  const [before, after] = line.split(' - ')
  const [, , device, root, path, options] = before?.split(' ') ?? []
  const [fileSystem, source, superOptions] = after?.split(' ') ?? []
  if (device === undefined || root === undefined || path === undefined || fileSystem === undefined) return undefined
  const readOnly = [options, superOptions].some((text) => text?.split(',').includes('ro'))
  return { device, root, path: unescaped(path), fileSystem, source: unescaped(source ?? ''), readOnly }
}

function unescaped(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, octal) => String.fromCharCode(Number.parseInt(octal, 8)))
}

/** The one of them that holds a path: the longest that it begins with. */
export function mountOf(mounts: readonly Mount[], path: string): Mount | undefined {
  let best: Mount | undefined
  for (const mount of mounts) {
    const folder = mount.path.endsWith('/') ? mount.path : `${mount.path}/`
    if (`${path}/`.startsWith(folder) && mount.path.length > (best?.path.length ?? -1)) best = mount
  }
  return best
}
