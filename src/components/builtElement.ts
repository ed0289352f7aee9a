/** An element that the build has filled, and that a script makes live. */
export class BuiltElement extends HTMLElement {}
