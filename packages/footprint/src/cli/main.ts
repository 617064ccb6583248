/** The command line: `noosphere-footprint doctor | watch`. */
process.stderr.write('noosphere-footprint: no command\n');
