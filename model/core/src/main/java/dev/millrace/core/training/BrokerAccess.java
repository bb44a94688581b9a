package dev.millrace.core.training;

/**
 * How to reach a broker and be let in. Only the module that holds the clients knows what it says:
 * its implementation carries their configuration from the command line to the trainer.
 */
public interface BrokerAccess {}
