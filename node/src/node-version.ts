/** Oldest Node that Souk runs on. */
const nodeVersionMin = '22.12'

/** What to tell a person whose Node is too old; '' when it is fine. Plain syntax: it runs on the old Node. */
export function nodeProblem(version: string): string {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const [majorMin = 0, minorMin = 0] = nodeVersionMin.split('.').map(Number)
  const fine = major > majorMin || (major === majorMin && minor >= minorMin)
  if (fine) return ''
  return (
    'souk: this is Node ' +
    version +
    ', and souk needs Node ' +
    nodeVersionMin +
    ' or newer.\n' +
    'next: install a current Node (https://nodejs.org), or run it from a clone with: npx --yes pnpm@12 souk'
  )
}
