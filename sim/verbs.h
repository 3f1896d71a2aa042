/* The command line's verbs (main.c has their table). Each takes what stands after its name, argv[0]
 * being the verb, parses it with argp (GNU style --help), and returns the exit status: 0 done and
 * as expected, 1 refused or different, 2 trouble. */
#ifndef SIM_VERBS_H
#define SIM_VERBS_H

int verb_account(int argc, char **argv);
int verb_setspn(int argc, char **argv);
int verb_run(int argc, char **argv);
int verb_matrix(int argc, char **argv);
int verb_why(int argc, char **argv);
int verb_list(int argc, char **argv);
int verb_check(int argc, char **argv);
int verb_export(int argc, char **argv);
int verb_vectors(int argc, char **argv);
int verb_live(int argc, char **argv);
int verb_env(int argc, char **argv);
int verb_exec(int argc, char **argv);
int verb_replay(int argc, char **argv);
int verb_logon(int argc, char **argv);
int verb_ticket(int argc, char **argv);
int verb_passwd(int argc, char **argv);
int verb_get(int argc, char **argv);

#endif
