/* A shared library that is no stage: it exports nothing. */

extern int slipway_nothing_to_see(void);

int slipway_nothing_to_see(void) { return 0; }
