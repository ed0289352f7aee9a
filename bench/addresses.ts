/** So many addresses of a network, between commas as the form has them. */
export function addresses(network: number, count: number): string {
  return Array.from({ length: count }, (_, at) => `10.0.${network}.${at + 1}`).join(',');
}
