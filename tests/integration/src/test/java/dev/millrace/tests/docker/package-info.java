/** The service's image and the compose file, run by a real container engine where there is one. */
package dev.millrace.tests.docker;
