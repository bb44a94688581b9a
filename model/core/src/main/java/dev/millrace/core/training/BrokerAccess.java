package dev.millrace.core.training;

/**
 * The address and the credentials of a Kafka broker. The implementation carries the configuration
 * of the Kafka clients from the command line to the trainer. The implementation is in the module
 * with the Kafka clients, because the module core does not depend on Kafka.
 */
public interface BrokerAccess {}
