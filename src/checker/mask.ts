/**
 * A value as it may be shown: the passwords of its URLs hidden, and all of it where it is the password
 * of a setting.
 *
 * @param name the setting, with its keys as Python has them
 */
export function masked(name: string, text: string): string {
  if (/passw[^"]*"\]$/i.test(name) && text.startsWith('"')) return '"••••••"';
  return text.replace(/(:\/\/[^\s:@/'"]*:)[^\s'";]*@/g, '$1••••••@');
}
