/** A container of the service, for the tests of applications that use it. */
package dev.millrace.testcontainers;
