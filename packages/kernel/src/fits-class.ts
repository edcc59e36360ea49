/** Whether a class of tasks is the one that is named, or begins as said: `process/render`, `process/*`, `*`. */
export function fitsClass(pattern: string, name: string): boolean {
  return pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern
}
