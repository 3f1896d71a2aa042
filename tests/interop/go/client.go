// gokrb5's client at a KDC: client KRB5_CONF USER REALM SECRET SPN, where SECRET is a password or
// @KEYTAB. Prints what it got.
package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/jcmturner/gokrb5/v8/client"
	"github.com/jcmturner/gokrb5/v8/config"
	"github.com/jcmturner/gokrb5/v8/keytab"
)

func fail(what string, err error) {
	fmt.Println(what+":", err)
	os.Exit(1)
}

func main() {
	conf, err := config.Load(os.Args[1])
	if err != nil {
		fail("krb5.conf", err)
	}
	user, realm, secret, spn := os.Args[2], os.Args[3], os.Args[4], os.Args[5]
	var c *client.Client
	if strings.HasPrefix(secret, "@") {
		kt, err := keytab.Load(secret[1:])
		if err != nil {
			fail("keytab", err)
		}
		c = client.NewWithKeytab(user, realm, kt, conf, client.DisablePAFXFAST(true))
	} else {
		c = client.NewWithPassword(user, realm, secret, conf)
	}
	if err := c.Login(); err != nil {
		fail("login", err)
	}
	ticket, key, err := c.GetServiceTicket(spn)
	if err != nil {
		fail("ticket", err)
	}
	fmt.Println("ticket for", ticket.SName.PrincipalNameString(), "etype", ticket.EncPart.EType, "session", key.KeyType)
}
