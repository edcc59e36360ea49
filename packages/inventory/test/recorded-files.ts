import type { HostFiles } from '../src/host-files.ts'

/** The files of another machine; a value that begins with '-> ' is a link. Folders are what paths have in common. */
export function recordedFiles(files: Record<string, string>): HostFiles {
  const paths = Object.keys(files)
  return {
    read: (path) => (files[path]?.startsWith('-> ') ? undefined : files[path]),
    list: (folder) => {
      const below = paths.filter((path) => path.startsWith(`${folder}/`))
      return [...new Set(below.map((path) => path.slice(folder.length + 1).split('/')[0]!))].sort()
    },
    target: (path) => (files[path]?.startsWith('-> ') ? files[path].split('/').at(-1)!.replace('-> ', '') : undefined),
  }
}
