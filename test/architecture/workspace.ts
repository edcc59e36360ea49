import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseSourceFile, type SourceFile } from './source-file.ts'

export const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '')

export interface Manifest {
  name: string
  exports?: unknown
  dependencies?: Record<string, string>
  devDependencies?: Record<string, string>
  optionalDependencies?: Record<string, string>
}

/** One folder under packages/. */
export interface Package {
  /** the folder's name, as the layer table says it */
  name: string
  dir: string
  manifest: Manifest
  src: SourceFile[]
  tests: SourceFile[]
}

const parsed = new Map<string, SourceFile>()

/** The TypeScript files of a folder, in order of their paths. */
export function sourceFilesIn(dir: string): SourceFile[] {
  const paths = globSync(`${dir}/**/*.{ts,tsx,mts}`, {
    cwd: root,
    exclude: (path) => /(^|\/)(node_modules|dist)$/.test(path),
  })
  return paths
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => !path.endsWith('.d.ts') && !/\/(node_modules|dist)\//.test(path))
    .sort()
    .map((path) => {
      const known = parsed.get(path) ?? parseSourceFile(root, path)
      parsed.set(path, known)
      return known
    })
}

export function readManifest(dir: string): Manifest {
  return JSON.parse(readFileSync(`${root}/${dir}/package.json`, 'utf8')) as Manifest
}

export const packages: Package[] = readdirSync(`${root}/packages`)
  .filter((name) => existsSync(`${root}/packages/${name}/package.json`))
  .sort()
  .map((name) => ({
    name,
    dir: `packages/${name}`,
    manifest: readManifest(`packages/${name}`),
    src: sourceFilesIn(`packages/${name}/src`),
    tests: sourceFilesIn(`packages/${name}/test`),
  }))

/** Folders beside the packages that may import any of them. */
export const freeDirs = ['node', 'examples', 'test'].filter((dir) => existsSync(`${root}/${dir}/package.json`))

/** The package that a bare specifier names: `@a/b/c` is `@a/b`. */
export function libraryOf(specifier: string): string {
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/')
}

export const isRelative = (specifier: string): boolean => specifier.startsWith('.')
export const isBuiltin = (specifier: string): boolean => specifier.startsWith('node:')
