import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { browserPackages, confined, layerOf, layers, subEntries } from './layers.ts'
import type { SourceFile } from './source-file.ts'
import {
  freeDirs,
  isBuiltin,
  isRelative,
  libraryOf,
  type Package,
  packages,
  readManifest,
  sourceFilesIn,
} from './workspace.ts'

/** `found` describes each breach as `file:line what is wrong`; the test lists them all. */
const eachImport = (files: SourceFile[], breach: (specifier: string, file: SourceFile) => string | undefined | false) =>
  files.flatMap((file) =>
    file.imports.flatMap(({ specifier, line }) => {
      const found = breach(specifier, file)
      return found ? [`${file.path}:${line} ${found}`] : []
    }),
  )

const subEntriesOf = (name: string) => subEntries[name] ?? []

const soukName = (specifier: string) => /^@souk\/([^/]+)$/.exec(libraryOf(specifier))?.[1]

const declared = ({ dependencies, optionalDependencies }: Package['manifest']) =>
  new Set(Object.keys({ ...dependencies, ...optionalDependencies }))

test('the layer table names each package once, and every package is in it', () => {
  const all = layers.flat()
  expect(new Set(all).size).toBe(all.length)
  expect(packages.map((p) => p.name).filter((name) => !all.includes(name))).toEqual([])
})

describe.each(packages)('$name', (pkg) => {
  const mayUse = (other: string) => layerOf(other) >= 0 && layerOf(other) < layerOf(pkg.name)

  test('depends on lower layers only', () => {
    const { dependencies, devDependencies, optionalDependencies } = pkg.manifest
    const souk = Object.keys({ ...dependencies, ...devDependencies, ...optionalDependencies }).flatMap(
      (d) => soukName(d) ?? [],
    )
    expect(souk.filter((name) => !mayUse(name))).toEqual([])
  })

  test('imports lower layers only, and nothing that its package.json does not declare', () => {
    const known = declared(pkg.manifest)
    const breaches = eachImport(pkg.src, (specifier) => {
      if (isRelative(specifier) || isBuiltin(specifier)) return false
      const other = soukName(specifier)
      if (other !== undefined && !mayUse(other)) {
        return `imports ${specifier}: ${other} is not in a layer below ${pkg.name}`
      }
      return !known.has(libraryOf(specifier)) && `imports ${specifier}: not in ${pkg.dir}/package.json`
    })
    expect(breaches).toEqual([])
  })

  test('keeps to its own folder: src imports src by relative path, tests import this package', () => {
    const within = (dir: string, files: SourceFile[]) =>
      eachImport(files, (specifier, file) => {
        if (!isRelative(specifier)) return false
        const target = path.posix.join(path.posix.dirname(file.path), specifier)
        return !target.startsWith(`${dir}/`) && `imports ${specifier}: outside ${dir}`
      })
    expect([...within(`${pkg.dir}/src`, pkg.src), ...within(pkg.dir, pkg.tests)]).toEqual([])
  })

  test('has one public surface, src/index.ts, and the entries beside it that the table names', () => {
    expect(pkg.manifest.name).toBe(`@souk/${pkg.name}`)
    const beside = subEntriesOf(pkg.name).map((entry) => [`./${entry}`, `./src/${entry}/index.ts`] as const)
    const surface = { '.': './src/index.ts', ...Object.fromEntries(beside) }
    expect(pkg.manifest.exports).toEqual(surface)
    const paths = pkg.src.map((file) => file.path)
    for (const entry of Object.values(surface)) expect(paths).toContain(path.posix.join(pkg.dir, entry))
  })
})

test('what runs in a browser imports nothing of Node, nor what is for Node alone', () => {
  const breaches = packages
    .filter((p) => browserPackages.has(p.name))
    .flatMap((p) => {
      const apart = subEntriesOf(p.name).map((entry) => `${p.dir}/src/${entry}/`)
      const isApart = (at: string) => apart.some((dir) => at.startsWith(dir))
      const anywhere = p.src.filter((file) => !isApart(file.path))
      return eachImport(anywhere, (specifier, file) => {
        const target = isRelative(specifier) ? path.posix.join(path.posix.dirname(file.path), specifier) : ''
        const ofNode = isBuiltin(specifier) || isApart(target) || /^@souk\/[^/]+\/./.test(specifier)
        return ofNode && `imports ${specifier}`
      })
    })
  expect(breaches).toEqual([])
})

test('the console talks to a peer through the client only', () => {
  const files = packages.find((p) => p.name === 'console')?.src ?? []
  const breaches = eachImport(files, (specifier) => {
    const other = soukName(specifier)
    return other !== undefined && other !== 'client' && `imports ${specifier}`
  })
  expect(breaches).toEqual([])
})

const everywhere = [
  ...packages.map((p) => ({ name: p.name, files: [...p.src, ...p.tests], manifest: p.manifest })),
  ...freeDirs.map((dir) => ({ name: dir, files: sourceFilesIn(dir), manifest: readManifest(dir) })),
]

test('nothing imports past the public surface of a package', () => {
  const breaches = everywhere.flatMap(({ files }) =>
    eachImport(files, (specifier) => {
      const name = soukName(specifier)
      if (name === undefined || specifier === `@souk/${name}`) return false
      return !subEntriesOf(name).some((entry) => specifier === `@souk/${name}/${entry}`) && `imports ${specifier}`
    }),
  )
  expect(breaches).toEqual([])
})

test.each(confined)('only $to uses $library', ({ library, to }) => {
  const breaches = everywhere
    .filter(({ name }) => name !== to)
    .flatMap(({ name, files, manifest }) => [
      ...eachImport(files, (specifier) => library.test(libraryOf(specifier)) && `imports ${specifier}`),
      // The program's dependencies are what its bundle leaves outside: all that its users must install.
      ...(name === 'node' ? [] : Object.keys({ ...manifest.dependencies, ...manifest.devDependencies }))
        .filter((dependency) => library.test(dependency))
        .map((dependency) => `${name}/package.json depends on ${dependency}`),
    ])
  expect(breaches).toEqual([])
})

test('the free folders declare what they import', () => {
  const rootManifest = readManifest('.')
  const breaches = everywhere
    .filter(({ name }) => freeDirs.includes(name))
    .flatMap(({ name, files, manifest }) => {
      const known = new Set(
        Object.keys({ ...manifest.dependencies, ...manifest.devDependencies, ...rootManifest.devDependencies }),
      )
      return eachImport(files, (specifier) => {
        if (isRelative(specifier) || isBuiltin(specifier)) return false
        return !known.has(libraryOf(specifier)) && `imports ${specifier}: not in ${name}/package.json`
      })
    })
  expect(breaches).toEqual([])
})
