/** The whole loop on one machine: a broker, a model, and images that stream. */
package dev.millrace.service.demo;
