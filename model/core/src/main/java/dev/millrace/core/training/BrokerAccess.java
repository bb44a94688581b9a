package dev.millrace.core.training;

/**
 * The address and the credentials of a Kafka broker. The implementation carries the configuration
 * of the Kafka clients from the command line to the trainer. Only the module with the Kafka clients
 * knows the implementation.
 */
public interface BrokerAccess {}
