import type { Reporter } from 'knip';

/** Says how many files knip read: without it, a configuration that matches nothing would look like a tree without dead code. */
const countFiles: Reporter = ({ counters }) => {
  console.log(
    `dead code: ${counters.total} files read, ${counters.exports + counters.files + counters.dependencies} issues`,
  );
};

// oxlint-disable-next-line import/no-default-export -- knip loads reporters by their default export
export default countFiles;
