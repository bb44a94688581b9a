/** The live page of a service: what the service does at the moment, in a browser. */
package dev.millrace.service.page;
