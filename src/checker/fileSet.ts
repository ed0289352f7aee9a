import type { ClientConnection } from './read/clientConnections.ts';
import type { CheckedFile, FileKind, FileOf } from './read/files.ts';

/** Files that are checked together. */
export class FileSet {
  readonly files: readonly CheckedFile[];
  /** Several servers use Redis, as far as the files show it. */
  readonly severalServers: boolean;

  constructor(files: readonly CheckedFile[]) {
    this.files = files;
    const settings = this.of('settings');
    this.severalServers =
      settings.length > 1 ||
      settings.some(
        ({ input, roles, rolesKnown }) =>
          input.several === true || (rolesKnown && !roles.has('web')),
      );
  }

  /** The files of a kind. */
  of<K extends FileKind>(kind: K): FileOf<K>[] {
    return this.files.filter((file): file is FileOf<K> => file.kind === kind);
  }

  /** The connections of all settings files. */
  get connections(): ClientConnection[] {
    return this.of('settings').flatMap(({ connections }) => connections);
  }
}
