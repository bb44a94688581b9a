/** Reads topics without a consumer group. */
package dev.millrace.service.topics;
