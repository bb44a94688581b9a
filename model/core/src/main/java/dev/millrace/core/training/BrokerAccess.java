package dev.millrace.core.training;

/**
 * The address and the credentials of a Kafka broker. Only the module that holds the Kafka clients
 * knows the implementation, which carries their configuration from the command line to the trainer.
 */
public interface BrokerAccess {}
