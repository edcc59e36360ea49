import { accessSync, constants, statSync } from 'node:fs'
import { platform } from 'node:os'
import { delimiter, join } from 'node:path'

/** Folders in which programs are looked for; `path` is text as in PATH. */
export class SearchPath {
  readonly #folders: string[]

  constructor(path: string) {
    this.#folders = [...new Set(path.split(delimiter))].filter((folder) => folder !== '')
  }

  /** The file that starting `command` would run; undefined where there is none. */
  find(command: string): string | undefined {
    const name = platform() === 'win32' ? `${command}.exe` : command
    return this.#folders.map((folder) => join(folder, name)).find(isExecutable)
  }
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return statSync(file).isFile()
  } catch {
    return false
  }
}
