/** The live page of a service, which shows in a browser what the service does at the moment. */
package dev.millrace.service.page;
